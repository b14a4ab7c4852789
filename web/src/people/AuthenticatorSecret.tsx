import { Anchor, Group, Stack, Text } from '@mantine/core'
import { Digest } from '../words/Digest.tsx'
import { QrCode } from '../words/QrCode.tsx'

/** The secret of an authenticator, to be scanned or typed. It is shown this once. */
export function AuthenticatorSecret({ uri, secret }: { readonly uri: string; readonly secret: string }) {
  return (
    <Group align="flex-start" gap="md">
      <QrCode text={uri} label="QR code with the secret for your authenticator" />
      <Stack gap={4} flex={1} miw={200}>
        <Text size="sm">
          Scan this with an authenticator app, or type the secret into it. The app then shows a new code of six digits
          every 30 seconds.
        </Text>
        <Anchor href={uri} size="sm">
          Open it in an authenticator app on this device
        </Anchor>
        <Digest value={secret} of="the authenticator secret" />
        <Text size="sm" c="dimmed">
          Whoever has this secret can make your codes. It is not shown again.
        </Text>
      </Stack>
    </Group>
  )
}
