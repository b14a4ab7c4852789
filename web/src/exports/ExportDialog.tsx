import { Button, Group, List, Modal, Stack, Text, TextInput, Title } from '@mantine/core'
import type { Answered } from '@sallyport/api/contract'
import { exportCase, exportItem } from '@sallyport/api/exports'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ask } from '../call.ts'
import { saveFrom } from '../items/save-from.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { Time } from '../time/Time.tsx'
import { exhibitWords } from '../words/labels.ts'
import { counted, size } from '../words/sizes.ts'

type Exported = Answered<typeof exportItem>
type Props = { readonly id: string; readonly name: string; readonly opened: boolean; readonly onClose: () => void }

export const ExportItem = ({ id, ...rest }: Props) => (
  <ExportDialog {...rest} prepare={(why) => ask(exportItem, { id, why })} what="this item" />
)

export const ExportCase = ({ id, ...rest }: Props) => (
  <ExportDialog
    {...rest}
    prepare={(why) => ask(exportCase, { id, why })}
    what="every held item of this case that you may export"
  />
)

type DialogProps = Omit<Props, 'id'> & { readonly prepare: (why: string) => Promise<Exported>; readonly what: string }

/** Makes a bag that anyone can check without this vault: first why, then what is in it and what is not. */
function ExportDialog({ name, opened, onClose, prepare, what }: DialogProps) {
  const [why, setWhy] = useState('')
  const make = useMutation({ mutationFn: () => prepare(why) })
  const close = () => {
    onClose()
    make.reset()
    setWhy('')
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    make.mutate()
  }
  return (
    <Modal opened={opened} onClose={close} title={`Export ${name}`} size="lg">
      {make.data ? (
        <Ready exported={make.data} />
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <Text>
              A bag with {what}: the original under its own name, its record, its custody as text and PDF and in the
              formats of CASE, PREMIS and NIEM, drafts of the certifications, the proofs, the public keys, and a
              verifier that runs without this vault and without an account.
            </Text>
            <TextInput
              label="Why it is exported, and for whom"
              description="Entered in the ledger with your name"
              value={why}
              onChange={(event) => setWhy(event.currentTarget.value)}
              maxLength={400}
              required
              data-autofocus
            />
            <RefusalNotice error={make.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={make.isPending}>
                Prepare the bag
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  )
}

function Ready({ exported }: { readonly exported: Exported }) {
  const { items, count, leftOut, leftOutCount, bytes, bag, fileName, endsAt } = exported
  return (
    <Stack>
      <section>
        <Title order={3}>
          In the bag: {counted(count, 'item')}, {size(bytes)}
        </Title>
        {count > items.length && <Text size="sm">The newest {counted(items.length, 'item')} of them:</Text>}
        <List size="sm">
          {items.map((item) => (
            <List.Item key={item.id}>
              {exhibitWords(item.exhibit)} · {item.title} · {size(item.size)}
            </List.Item>
          ))}
        </List>
      </section>
      <section>
        <Title order={3}>Left out: {leftOutCount === 0 ? 'nothing' : counted(leftOutCount, 'item')}</Title>
        <List size="sm">
          {leftOut.map((item) => (
            <List.Item key={item.id}>
              {item.title}: {item.why}
            </List.Item>
          ))}
        </List>
      </section>
      <Text size="sm" c="dimmed">
        The bag is made while it is sent. The address works for you alone, until <Time at={endsAt} fine="minutes" />. If
        a stored byte does not match the ledger, sending breaks off.
      </Text>
      <Button onClick={() => saveFrom(bag, fileName)}>Download {fileName}</Button>
    </Stack>
  )
}
