import { TextInput } from '@mantine/core'

type Props = { readonly value: string; readonly onChange: (code: string) => void; readonly label?: string }

/** Six digits from an authenticator. May be pasted, with or without spaces (WCAG 3.3.8). */
export function CodeField({ value, onChange, label = 'Code from your authenticator' }: Props) {
  return (
    <TextInput
      label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.replace(/\D/g, '').slice(0, 6))}
      autoComplete="one-time-code"
      inputMode="numeric"
      pattern="[0-9]{6}"
      title="Six digits"
      required
      w={220}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', letterSpacing: '0.15em' } }}
    />
  )
}
