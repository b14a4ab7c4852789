import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { openViewing } from '@sallyport/api/items'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { size } from '../words/sizes.ts'
import { saveFrom } from './save-from.ts'
import type { ItemRecord } from './use-item.ts'

type Props = { readonly item: ItemRecord; readonly opened: boolean; readonly onClose: () => void }

/** A copy leaves the vault: the reason is asked for first and entered in the ledger before the first byte. */
export function DownloadDialog({ item, opened, onClose }: Props) {
  const [why, setWhy] = useState('')
  const download = useMutation({
    mutationFn: () => ask(openViewing, { id: item.id, purpose: 'download', why }),
    onSuccess: ({ content }) => {
      saveFrom(content, item.originalName)
      setWhy('')
      onClose()
    },
  })
  return (
    <Modal opened={opened} onClose={onClose} title="Download the item">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          download.mutate()
        }}
      >
        <Stack>
          <Text>
            {item.originalName}, {size(item.size)}. The copy on your machine is no longer under the protection of the
            vault. If it is for a court or another agency, export it instead: then its custody and proofs go with it.
          </Text>
          <TextInput
            label="Why you need a copy"
            description="Entered in the custody of the item with your name"
            value={why}
            onChange={(event) => setWhy(event.currentTarget.value)}
            maxLength={400}
            required
            data-autofocus
          />
          <RefusalNotice error={download.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={download.isPending}>
              Download
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
