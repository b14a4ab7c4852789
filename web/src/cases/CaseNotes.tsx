import { Button, Stack, Textarea } from '@mantine/core'
import { noteOnCase } from '@sallyport/api/cases'
import { type FormEvent, useState } from 'react'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { Time } from '../time/Time.tsx'
import { type CaseRecord, useCaseDeed } from './use-case.ts'

export function CaseNotes({ record }: { readonly record: CaseRecord }) {
  const [text, setText] = useState('')
  const write = useCaseDeed(noteOnCase, () => setText(''))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    write.mutate({ id: record.id, text })
  }
  return (
    <Stack>
      {record.may.change && (
        <form onSubmit={submit} className="no-print">
          <Stack gap="sm">
            <Textarea
              label="New note"
              description="A note cannot be changed afterwards. It shows your name and the time."
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              maxLength={8000}
              autosize
              minRows={3}
              maxRows={12}
              required
            />
            <RefusalNotice error={write.error} />
            <Button type="submit" loading={write.isPending} style={{ alignSelf: 'flex-start' }}>
              Write the note
            </Button>
          </Stack>
        </form>
      )}
      {record.notes.length === 0 && <p className="dim">No notes on this case yet.</p>}
      <ul className="plain-list">
        {record.notes.map(({ id, text: said, at, by }) => (
          <li key={id} className="card" style={{ marginBottom: 8 }}>
            <div className="prose">{said}</div>
            <div className="dim">
              {by.name} · <Time at={at} />
            </div>
          </li>
        ))}
      </ul>
    </Stack>
  )
}
