import { Button, Group, NativeSelect, SimpleGrid, Stack, Switch, Text, TextInput, Title } from '@mantine/core'
import type { ItemId } from '@sallyport/core/ids'
import { type FormEvent, useState } from 'react'
import { useSession } from '../sessions/session.ts'
import { categoryWords, options } from '../words/labels.ts'
import { counted, size } from '../words/sizes.ts'
import { type CaseChoice, CasePicker } from './CasePicker.tsx'
import { useUploads } from './context.ts'
import { DraftList } from './DraftList.tsx'
import { type Draft, declarationOf, nothingShared, type Shared } from './draft.ts'
import type { Category } from './guess.ts'

type Props = {
  readonly drafts: readonly Draft[]
  readonly onChange: (change: (now: readonly Draft[]) => readonly Draft[]) => void
  readonly into: CaseChoice | undefined
  readonly parent: ItemId | undefined
  readonly onBegun: (count: number) => void
}

/** What has to be known of files before they are sent: first what holds for all, then file by file. */
export function IntakeSheet({ drafts, onChange, into, parent, onBegun }: Props) {
  const zone = useSession().agency.timeZone
  const uploads = useUploads()
  const [picked, setPicked] = useState<CaseChoice | null>(into ?? null)
  const [shared, setShared] = useState<Shared>(nothingShared)
  const bytes = drafts.reduce((sum, { file }) => sum + file.size, 0)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!picked) return
    const where = { case: picked.id, parent, zone }
    uploads.add(
      drafts.map((draft) => ({
        file: draft.file,
        declaration: declarationOf(draft, shared, where),
        caseNumber: picked.number,
      })),
    )
    onBegun(drafts.length)
  }
  const guessed = drafts.filter((draft) => draft.guessed).length

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {!into && <CasePicker value={picked} onChange={setPicked} />}
        <SharedFields shared={shared} onChange={(part) => setShared((now) => ({ ...now, ...part }))} />
        <AllCategories
          onChange={(category) => onChange((now) => now.map((draft) => ({ ...draft, category, guessed: false })))}
        />
        <DraftList drafts={drafts} onChange={onChange} />
        {guessed > 0 && (
          <Text size="sm" className="wait">
            {counted(guessed, 'category was', 'categories were')} guessed from the type and the name of the file. Look
            at each: the category decides how an item is found and how long it is kept.
          </Text>
        )}
        <Group justify="space-between">
          <Button variant="default" onClick={() => onChange(() => [])}>
            Take all out
          </Button>
          <Button type="submit" disabled={!picked}>
            Upload {counted(drafts.length, 'file')}, {size(bytes)}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

type SharedProps = { readonly shared: Shared; readonly onChange: (part: Partial<Shared>) => void }

function SharedFields({ shared, onChange }: SharedProps) {
  const zone = useSession().agency.timeZone
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
      <Title order={3} component="legend" mb="xs">
        For all of them, as far as it is known
      </Title>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm" style={{ alignItems: 'end' }}>
        <TextInput
          label="Device"
          placeholder="For example BWC 0312"
          value={shared.device}
          onChange={(event) => onChange({ device: event.currentTarget.value })}
          maxLength={120}
        />
        <TextInput
          label="Source"
          placeholder="Who gave or recorded it"
          value={shared.person}
          onChange={(event) => onChange({ person: event.currentTarget.value })}
          maxLength={200}
        />
        <TextInput
          label="Place"
          value={shared.place}
          onChange={(event) => onChange({ place: event.currentTarget.value })}
          maxLength={300}
        />
        <TextInput
          label="Tags"
          placeholder="With commas between them"
          value={shared.tags}
          onChange={(event) => onChange({ tags: event.currentTarget.value })}
          maxLength={400}
        />
        <TextInput
          type="datetime-local"
          step={1}
          label="Recorded at"
          description={`By the clock of the device, in ${zone}`}
          value={shared.recordedAt}
          disabled={shared.byFileDate}
          onChange={(event) => onChange({ recordedAt: event.currentTarget.value })}
        />
        <TextInput
          type="number"
          label="Clock of the device is ahead by"
          description="Seconds; negative if it is behind"
          value={shared.clockOffset}
          onChange={(event) => onChange({ clockOffset: event.currentTarget.value })}
        />
      </SimpleGrid>
      <Switch
        mt="sm"
        label="Take the date of each file as its time of recording"
        description="A suggestion only: copying a file often changes its date. It is shown beside each file."
        checked={shared.byFileDate}
        onChange={(event) => onChange({ byFileDate: event.currentTarget.checked })}
      />
    </fieldset>
  )
}

const AllCategories = ({ onChange }: { readonly onChange: (category: Category) => void }) => (
  <NativeSelect
    label="Set the category of all files"
    data={[{ value: '', label: 'Leave each as it is' }, ...options(categoryWords)]}
    value=""
    onChange={(event) => {
      const { value } = event.currentTarget
      if (value in categoryWords) onChange(value as Category)
    }}
    maw={280}
  />
)
