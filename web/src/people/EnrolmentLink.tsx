import { Button, Group, Stack, Text } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Time } from '../time/Time.tsx'
import { QrCode } from '../words/QrCode.tsx'

type Props = { readonly link: string; readonly expiresAt: string; readonly name: string }

/** An enrolment link, shown this once. Whoever opens it first becomes that person, so it must go by a safe way. */
export function EnrolmentLink({ link, expiresAt, name }: Props) {
  const clipboard = useClipboard({ timeout: 2000 })
  return (
    <Stack>
      <Text>
        Give this link to {name} in person, or in another way that nobody else can read. It works once, until{' '}
        <Time at={expiresAt} fine="minutes" />, and is not shown again.
      </Text>
      <Group align="flex-start">
        <QrCode text={link} label={`QR code with the enrolment link of ${name}`} side={196} />
        <Stack gap="xs" flex={1} miw={220}>
          <code style={{ overflowWrap: 'anywhere' }}>{link}</code>
          <Button variant="default" onClick={() => clipboard.copy(link)} style={{ alignSelf: 'flex-start' }}>
            {clipboard.copied ? 'Copied' : 'Copy the link'}
          </Button>
        </Stack>
      </Group>
    </Stack>
  )
}
