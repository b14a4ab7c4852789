import { Button, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import styles from './ledger.module.css'
import type { PolicyFault } from './PolicyFault.tsx'
import { type FormWitness, nameIn, type PolicyForm, rowOfLine } from './policy-form.ts'

type Props = {
  readonly form: PolicyForm
  readonly fault: PolicyFault | null
  readonly onChange: (next: PolicyForm) => void
}

/** The witnesses row by row, and how many of them it takes. */
export function PolicyRows({ form, fault, onChange }: Props) {
  const { witnesses, least } = form
  const faulty = fault?.line === undefined ? undefined : rowOfLine(form, fault.line)
  const replace = (at: number, part: Partial<FormWitness>) =>
    onChange({ least, witnesses: witnesses.map((one, index) => (index === at ? { ...one, ...part } : one)) })
  const remove = (at: number) => {
    const rest = witnesses.filter((_, index) => index !== at)
    onChange({ witnesses: rest, least: Math.min(least, rest.length) })
  }
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        The person who runs a witness gives you its key and its address. Take them by a way that nobody else can change.
      </Text>
      {witnesses.map((witness, at) => (
        <Row
          // Rows have no name of their own yet while they are written; they never change places.
          key={`row-${at}`}
          number={at + 1}
          witness={witness}
          wrong={faulty === at}
          onChange={(part) => replace(at, part)}
          onRemove={() => remove(at)}
        />
      ))}
      {witnesses.length === 0 && (
        <Text>No witness is left. If this is kept, nobody witnesses the ledger any more.</Text>
      )}
      <Button
        variant="default"
        style={{ alignSelf: 'flex-start' }}
        onClick={() => onChange({ least, witnesses: [...witnesses, { name: '', vkey: '', url: '' }] })}
      >
        {witnesses.length === 0 ? 'Add a witness' : 'Add another witness'}
      </Button>
      {witnesses.length > 1 && (
        <NativeSelect
          label="How many of them it takes"
          description="With fewer than all, one that is away does not hold up the others. Readers take nothing with fewer."
          value={String(Math.max(1, Math.min(least, witnesses.length)))}
          onChange={(event) => onChange({ witnesses, least: Number(event.currentTarget.value) })}
          data={witnesses.map((_, index) => ({
            value: String(index + 1),
            label: index + 1 === witnesses.length ? `All ${witnesses.length}` : `${index + 1} of ${witnesses.length}`,
          }))}
          maw={480}
        />
      )}
    </Stack>
  )
}

type RowProps = {
  readonly number: number
  readonly witness: FormWitness
  readonly wrong: boolean
  readonly onChange: (part: Partial<FormWitness>) => void
  readonly onRemove: () => void
}

function Row({ number, witness, wrong, onChange, onRemove }: RowProps) {
  const { name, vkey, url } = witness
  const takeKey = (next: string) => onChange({ vkey: next, ...(name === '' && { name: nameIn(next) }) })
  return (
    <fieldset className={styles['row']}>
      <legend className="screen-only-words">Witness {number}</legend>
      <TextInput
        label="Key (vkey)"
        placeholder="name+1c2d3e4f+B…"
        value={vkey}
        onChange={(event) => takeKey(event.currentTarget.value)}
        error={wrong}
        spellCheck={false}
        autoCapitalize="none"
        required
        data-autofocus={number === 1 || undefined}
      />
      <TextInput
        label="Address"
        placeholder="https://…"
        type="url"
        value={url}
        onChange={(event) => onChange({ url: event.currentTarget.value })}
        error={wrong}
        required
      />
      <TextInput
        label="Name in the policy"
        value={name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        error={wrong}
        pattern="\S+"
        title="One word, without spaces"
        spellCheck={false}
        autoCapitalize="none"
        required
      />
      <Button variant="subtle" onClick={onRemove} aria-label={`Remove witness ${name || number}`}>
        Remove
      </Button>
    </fieldset>
  )
}
