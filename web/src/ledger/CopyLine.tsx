import { Button } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import styles from './ledger.module.css'

/** One line that is typed or pasted elsewhere. */
export function CopyLine({ text, of }: { readonly text: string; readonly of: string }) {
  const clipboard = useClipboard({ timeout: 2000 })
  return (
    <div className={styles['line']}>
      <code>{text}</code>
      <Button
        variant="default"
        size="compact-sm"
        className="no-print"
        aria-label={`Copy ${of}`}
        onClick={() => clipboard.copy(text)}
      >
        {clipboard.copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  )
}
