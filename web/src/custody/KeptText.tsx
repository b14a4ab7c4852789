import { Button, Group } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import styles from './custody.module.css'
import { saveText } from './save-text.ts'

type Props = {
  readonly text: string
  /** What it is, to follow "Copy": `the checkpoint`. */
  readonly of: string
  /** The name under which it is saved. Absent where only copying makes sense. */
  readonly file?: string
}

/** A text that somebody else has to get as it stands, to the last byte. */
export function KeptText({ text, of, file }: Props) {
  const clipboard = useClipboard({ timeout: 2000 })
  return (
    <>
      <pre className={styles['proofText']} tabIndex={0} data-scrolls>
        {text}
      </pre>
      <Group gap="xs" mt="xs" className="no-print">
        <Button variant="default" size="compact-sm" onClick={() => clipboard.copy(text)}>
          {clipboard.copied ? 'Copied' : `Copy ${of}`}
        </Button>
        {file && (
          <Button variant="default" size="compact-sm" onClick={() => saveText(text, file)}>
            Save {of}
          </Button>
        )}
      </Group>
    </>
  )
}
