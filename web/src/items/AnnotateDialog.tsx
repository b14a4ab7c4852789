import { Button, Group, Modal, NativeSelect, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'

export type Correctable = {
  readonly field: string
  readonly label: string
  /** What the record says now. */
  readonly now: string
  readonly form: 'line' | 'prose' | 'choice' | 'moment'
  readonly choices?: readonly { readonly value: string; readonly label: string }[]
  /** What is to be sent for what was written, or why it cannot be sent. */
  readonly read?: (written: string) => { readonly says: string } | { readonly fault: string }
  readonly hint?: string
}

export type Correction = { readonly field: string; readonly says: string; readonly why: string }

type Props = {
  readonly opened: boolean
  readonly onClose: () => void
  readonly fields: readonly Correctable[]
  readonly error: unknown
  readonly pending: boolean
  readonly onSend: (correction: Correction) => void
}

/** Corrects a field by annotation: what stood there stays readable, with who changed it and why. */
export function AnnotateDialog({ opened, onClose, ...rest }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Correct the record" size="lg">
      <CorrectionForm onClose={onClose} {...rest} />
    </Modal>
  )
}

function CorrectionForm({ onClose, fields, error, pending, onSend }: Omit<Props, 'opened'>) {
  const [field, setField] = useState(fields[0]?.field ?? '')
  const [written, setWritten] = useState(fields[0]?.now ?? '')
  const [why, setWhy] = useState('')
  const [fault, setFault] = useState<string | null>(null)
  const chosen = fields.find((one) => one.field === field)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const read = chosen?.read?.(written) ?? { says: written }
    if ('fault' in read) return setFault(read.fault)
    setFault(null)
    onSend({ field, says: read.says, why })
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>
          Nothing is overwritten. What stood there stays in the record, with your name, the time and your reason.
        </Text>
        <NativeSelect
          label="What is to be corrected"
          data={fields.map(({ field: value, label }) => ({ value, label }))}
          value={field}
          onChange={(event) => {
            const next = fields.find((one) => one.field === event.currentTarget.value)
            setField(next?.field ?? '')
            setWritten(next?.now ?? '')
            setFault(null)
          }}
        />
        {chosen && <Says field={chosen} written={written} fault={fault} onChange={setWritten} />}
        <TextInput
          label="Why"
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
          maxLength={400}
          required
        />
        <RefusalNotice error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={pending} disabled={written.trim() === '' || written === chosen?.now}>
            Correct
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

type SaysProps = {
  readonly field: Correctable
  readonly written: string
  readonly fault: string | null
  readonly onChange: (written: string) => void
}

function Says({ field, written, fault, onChange }: SaysProps) {
  const shared = { label: 'It should say', value: written, error: fault, description: field.hint, required: true }
  if (field.form === 'choice')
    return (
      <NativeSelect
        {...shared}
        data={[...(field.choices ?? [])]}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  if (field.form === 'prose')
    return (
      <Textarea
        {...shared}
        autosize
        minRows={4}
        maxRows={14}
        maxLength={8000}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  return (
    <TextInput
      {...shared}
      type={field.form === 'moment' ? 'datetime-local' : 'text'}
      step={field.form === 'moment' ? 1 : undefined}
      maxLength={400}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
