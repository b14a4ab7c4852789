import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { copyItem } from '@sallyport/api/prints'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Asking, ask } from '../call.ts'
import { saveFrom } from '../items/save-from.ts'
import type { ItemRecord } from '../items/use-item.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { Digest } from '../words/Digest.tsx'
import { options } from '../words/labels.ts'
import { size } from '../words/sizes.ts'
import { given, ReasonField } from './ReasonField.tsx'

type Medium = Asking<typeof copyItem>['medium']

const mediumWords: Readonly<Record<Medium, string>> = {
  disc: 'Disc (CD, DVD, Blu-ray)',
  'flash-drive': 'Flash drive or card',
  'hard-drive': 'Hard drive',
  paper: 'Paper',
  network: 'Sent over a network',
  other: 'Something else',
}

type Props = { readonly item: ItemRecord; readonly opened: boolean; readonly onClose: () => void }

/** A working copy for somebody: what it is on and who gets it stands in the ledger before the first byte leaves. */
export function CopyDialog({ item, opened, onClose }: Props) {
  const [medium, setMedium] = useState<Medium>('disc')
  const [words, setWords] = useState({ label: '', receiver: '', why: '' })
  const copy = useMutation({
    mutationFn: () =>
      ask(copyItem, { id: item.id, medium, label: words.label, receiver: words.receiver, ...given(words.why) }),
    onSuccess: ({ content }) => saveFrom(content, item.originalName),
  })
  const close = () => {
    onClose()
    copy.reset()
    setWords({ label: '', receiver: '', why: '' })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    copy.mutate()
  }
  return (
    <Modal opened={opened} onClose={close} title="Hand out a copy">
      {copy.data ? (
        <Stack>
          <Text>The copy is being saved. Write its number on the medium, so that one leads to the other:</Text>
          <Text ff="monospace">{copy.data.number}</Text>
          <Text size="sm">Whoever receives it can compare its SHA-256:</Text>
          <Digest value={copy.data.sha256} of="the SHA-256 of the copy" />
          <Group justify="flex-end">
            <Button onClick={close}>Close</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <Text>
              {item.originalName}, {size(item.size)}. A copy without proofs, for work. For a court or another agency
              export the item instead: then its custody goes with it.
            </Text>
            <NativeSelect
              label="What the copy is put on"
              data={options(mediumWords)}
              value={medium}
              onChange={(event) => setMedium(event.currentTarget.value as Medium)}
              data-autofocus
            />
            <TextInput
              label="Label of the medium"
              description="As it is written on the thing itself"
              value={words.label}
              onChange={(event) => setWords({ ...words, label: event.currentTarget.value })}
              maxLength={120}
              required
            />
            <TextInput
              label="Who receives it"
              value={words.receiver}
              onChange={(event) => setWords({ ...words, receiver: event.currentTarget.value })}
              maxLength={200}
              required
            />
            <ReasonField
              touch="copy"
              label="For what"
              value={words.why}
              onChange={(why) => setWords({ ...words, why })}
            />
            <RefusalNotice error={copy.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={copy.isPending}>
                Make the copy
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  )
}
