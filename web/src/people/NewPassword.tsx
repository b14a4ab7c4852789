import { PasswordInput, Stack, Text } from '@mantine/core'

type Props = {
  readonly password: string
  readonly again: string
  readonly shortest: number
  readonly onChange: (next: { password: string; again: string }) => void
}

export const passwordFault = (password: string, again: string, shortest: number): string | null => {
  if (password.length > 0 && [...password].length < shortest) return `At least ${shortest} characters`
  if (again.length > 0 && again !== password) return 'The two are not the same'
  return null
}

/** A password chosen twice. No rule about signs and digits: length and the banned list count (NIST SP 800-63B). */
export function NewPassword({ password, again, shortest, onChange }: Props) {
  const fault = passwordFault(password, again, shortest)
  const short = fault?.startsWith('At least') ?? false
  return (
    <Stack gap="sm">
      <PasswordInput
        label="Password"
        description={`At least ${shortest} characters. Several words with spaces are easy to remember. Not your name, and none that attackers know.`}
        value={password}
        onChange={(event) => onChange({ password: event.currentTarget.value, again })}
        autoComplete="new-password"
        error={short ? fault : undefined}
        required
      />
      <PasswordInput
        label="The same password again"
        value={again}
        onChange={(event) => onChange({ password, again: event.currentTarget.value })}
        autoComplete="new-password"
        error={fault && !short ? fault : undefined}
        required
      />
      <Text size="sm" c="dimmed">
        Pasting is allowed; a password manager is welcome.
      </Text>
    </Stack>
  )
}
