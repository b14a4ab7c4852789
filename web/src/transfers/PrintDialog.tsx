import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core'
import type { Answered } from '@sallyport/api/contract'
import { printItem } from '@sallyport/api/prints'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../call.ts'
import type { ItemRecord } from '../items/use-item.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { given, ReasonField } from './ReasonField.tsx'

export type Printed = Answered<typeof printItem> & { readonly content: boolean }

type Props = {
  readonly item: ItemRecord
  readonly opened: boolean
  readonly onClose: () => void
  readonly onEntered: (printed: Printed) => void
}

/** Printing is entered before the browser is asked to print; what is printed without it is an empty sheet. */
export function PrintDialog({ item, opened, onClose, onEntered }: Props) {
  const [why, setWhy] = useState('')
  const [content, setContent] = useState(false)
  const print = useMutation({
    mutationFn: () => ask(printItem, { id: item.id, content, ...given(why) }),
    onSuccess: (entered) => {
      setWhy('')
      onClose()
      onEntered({ ...entered, content })
    },
  })
  const isPicture = item.mediaType.startsWith('image/') && item.state === 'held' && item.may.play
  return (
    <Modal opened={opened} onClose={onClose} title="Print the page of the item">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          print.mutate()
        }}
      >
        <Stack>
          <Text>
            The paper bears the CJI marking, your name, and the number of its entry in the custody of the item. Once
            printed it is yours to keep safe and to destroy.
          </Text>
          <ReasonField touch="print" label="Why it is printed" value={why} onChange={setWhy} />
          {isPicture && (
            <Checkbox
              label="With the picture, if it is open on the page"
              checked={content}
              onChange={(event) => setContent(event.currentTarget.checked)}
            />
          )}
          <RefusalNotice error={print.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={print.isPending} data-autofocus>
              Print
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
