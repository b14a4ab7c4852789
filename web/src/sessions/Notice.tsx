import { Button, Stack, Title } from '@mantine/core'
import styles from './sessions.module.css'

/** The system-use notice, before anything else (CJISSECPOL AC-8). It stays until it is accepted. */
export function Notice({ text, onAccept }: { readonly text: string; readonly onAccept: () => void }) {
  return (
    <Stack gap="md">
      <Title order={2} id="notice-title">
        System use notice
      </Title>
      <section className={styles['notice']} aria-labelledby="notice-title" tabIndex={0}>
        {text}
      </section>
      <Button onClick={onAccept} size="md" autoFocus>
        I accept
      </Button>
    </Stack>
  )
}
