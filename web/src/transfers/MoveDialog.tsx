import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { moveItem } from '@sallyport/api/transfers'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ask } from '../call.ts'
import { type ItemRecord, itemAsked } from '../items/use-item.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { type CaseChoice, CasePicker } from '../uploads/CasePicker.tsx'
import { exhibitWords } from '../words/labels.ts'

type Props = { readonly item: ItemRecord; readonly opened: boolean; readonly onClose: () => void }

/** Moves an item to another case. It says before what changes with it: the number, and who may see it. */
export function MoveDialog({ item, opened, onClose }: Props) {
  const client = useQueryClient()
  const [to, setTo] = useState<CaseChoice | null>(null)
  const [why, setWhy] = useState('')
  const move = useMutation({
    mutationFn: (there: CaseChoice) => ask(moveItem, { id: item.id, case: there.id, why }),
    onSuccess: (record) => {
      client.setQueryData(itemAsked(item.id).queryKey, record)
      setWhy('')
      setTo(null)
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (to) move.mutate(to)
  }
  return (
    <Modal opened={opened} onClose={onClose} title="Move to another case">
      <form onSubmit={submit}>
        <Stack>
          <Text>
            {exhibitWords(item.exhibit)} of case {item.case.number} gets the next number of the other case. The number
            that it has now stays on record and is given to nothing else. From then on the members of the other case see
            it, and those of this case do not, unless they are members there too.
          </Text>
          <CasePicker value={to} onChange={setTo} but={item.case.id} />
          <TextInput
            label="Why it is moved"
            description="Entered in the custody of the item and in both cases, with your name"
            value={why}
            onChange={(event) => setWhy(event.currentTarget.value)}
            maxLength={400}
            required
          />
          <RefusalNotice error={move.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={move.isPending} disabled={to === null}>
              Move the item
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
