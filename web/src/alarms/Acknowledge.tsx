import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { acknowledgeAlarm, listAlarms } from '@sallyport/api/alarms'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import type { Alarm } from './Alarms.tsx'

/** Takes down what a person did about an alarm. It stands in the ledger under their name. */
export function Acknowledge({ alarm, onClose }: { readonly alarm: Alarm | null; readonly onClose: () => void }) {
  return (
    <Modal opened={alarm !== null} onClose={onClose} title="Acknowledge an alarm" size="lg">
      {alarm && <Note key={alarm.id} alarm={alarm} onClose={onClose} />}
    </Modal>
  )
}

function Note({ alarm, onClose }: { readonly alarm: Alarm; readonly onClose: () => void }) {
  const client = useQueryClient()
  const [note, setNote] = useState('')
  const send = useMutation({
    mutationFn: () => ask(acknowledgeAlarm, { id: alarm.id, note }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: [listAlarms.path] })
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{alarm.says}</Text>
        <Text size="sm" c="dimmed">
          This says that you saw it, not that it is over. If the same is found again, it is a new alarm.
        </Text>
        <Textarea
          label="What was done about it"
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          maxLength={1000}
          autosize
          minRows={3}
          required
          data-autofocus
        />
        <RefusalNotice error={send.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={send.isPending}>
            Acknowledge
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
