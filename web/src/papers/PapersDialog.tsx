import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core'
import type { Answered } from '@sallyport/api/contract'
import { listPapers, type paperKinds, preparePaper } from '@sallyport/api/papers'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { asked } from '../asked.ts'
import { type Asking, ask } from '../call.ts'
import { saveFrom } from '../items/save-from.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { Time } from '../time/Time.tsx'
import { Digest } from '../words/Digest.tsx'
import { size } from '../words/sizes.ts'
import { filled, kindWords, kindAbout } from './paper-words.ts'

type Kind = (typeof paperKinds)[number]
type Paper = Answered<typeof preparePaper>
type About = { readonly case: string; readonly item?: string }
type Props = About & { readonly name: string; readonly opened: boolean; readonly onClose: () => void }

const papersAsked = ({ case: file, item }: About) => asked(listPapers, { case: file, ...(item && { item }), limit: 20 })

/** Has court papers made of an item or of a case, and gives those that were made before. */
export function PapersDialog({ name, opened, onClose, ...about }: Props) {
  const client = useQueryClient()
  const query = useQuery({ ...papersAsked(about), enabled: opened })
  const make = useMutation({
    mutationFn: (asking: Asking<typeof preparePaper>) => ask(preparePaper, asking),
    onSuccess: ({ file, fileName }) => {
      saveFrom(file, fileName)
      void client.invalidateQueries({ queryKey: papersAsked(about).queryKey })
    },
  })
  return (
    <Modal opened={opened} onClose={onClose} title={`Court papers of ${name}`} size="lg">
      <Stack>
        <PaperForm about={about} error={make.error} pending={make.isPending} onSend={make.mutate} />
        <Title order={3}>Made before</Title>
        <RefusalNotice error={query.error} />
        {query.data?.rows.length === 0 && <Text c="dimmed">None yet.</Text>}
        <ul className="plain-list">
          {query.data?.rows.map((paper) => (
            <MadePaper key={paper.id} paper={paper} />
          ))}
        </ul>
      </Stack>
    </Modal>
  )
}

type FormProps = {
  readonly about: About
  readonly error: Error | null
  readonly pending: boolean
  readonly onSend: (asking: Asking<typeof preparePaper>) => void
}

function PaperForm({ about, error, pending, onSend }: FormProps) {
  const [kind, setKind] = useState<Kind>('certification-902-14')
  const [words, setWords] = useState({ why: '', court: '', caption: '', person: '', title: '' })
  const field = (name: keyof typeof words, most: number) => ({
    value: words[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      setWords({ ...words, [name]: event.currentTarget.value }),
    maxLength: most,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSend({
      kind,
      about: about.item ? { of: 'item', id: about.item } : { of: 'case', id: about.case },
      ...filled(words),
    })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <NativeSelect
          label="Paper"
          description={kindAbout[kind]}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as Kind)}
          data={Object.entries(kindWords).map(([value, label]) => ({ value, label }))}
        />
        <TextInput
          label="Why it is made, and for whom"
          description="Entered in the ledger with your name"
          required
          data-autofocus
          {...field('why', 400)}
        />
        <TextInput label="Court" description="May be left to be filled by hand" {...field('court', 200)} />
        <TextInput label="Caption and docket number" {...field('caption', 300)} />
        <Group grow align="end">
          <TextInput label="Who will certify" {...field('person', 120)} />
          <TextInput label="Their title" {...field('title', 120)} />
        </Group>
        <RefusalNotice error={error} />
        <Text size="sm" c="dimmed">
          Every byte is read anew for it, so a long film takes minutes. The vault states facts and signs that the file
          was not changed; opinion, qualifications and declaration are left to the person.
        </Text>
        <Group justify="flex-end">
          <Button type="submit" loading={pending}>
            Make the paper
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

const MadePaper = ({ paper }: { readonly paper: Paper }) => (
  <li>
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Text>{kindWords[paper.kind]}</Text>
        <Text size="sm" c="dimmed">
          <Time at={paper.madeAt} fine="minutes" /> by {paper.madeBy.name} · {size(paper.size)} ·{' '}
          {paper.stamped ? 'stamped by an outside authority' : 'not stamped'}
        </Text>
        <Digest value={paper.sha256} of="SHA-256 of the paper" />
      </div>
      <Button variant="default" flex="none" onClick={() => saveFrom(paper.file, paper.fileName)}>
        Download
      </Button>
    </Group>
  </li>
)
