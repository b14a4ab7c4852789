import { UnstyledButton } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Icon } from '../frame/Icon.tsx'
import { inFours } from './digests.ts'
import styles from './words.module.css'

type Props = { readonly value: string /** What it is the digest of, for a screen reader. */; readonly of: string }

/** A digest or a secret in groups of four. One click copies it whole, without the gaps. */
export function Digest({ value, of }: Props) {
  const clipboard = useClipboard({ timeout: 2000 })
  return (
    <UnstyledButton className={styles['digest']} onClick={() => clipboard.copy(value)}>
      <span className="screen-only-words">Copy {of}: </span>
      <code>
        {halves(inFours(value)).map((half, index) => (
          // The parts of one digest never change places.

          <span key={`${index}-${half[0]}`} className="one-piece">
            {half.join(' ')}&nbsp;
          </span>
        ))}
      </code>
      <span className={styles['copied']} aria-live="polite">
        {clipboard.copied ? 'Copied' : <Icon name="copy" size={14} />}
      </span>
    </UnstyledButton>
  )
}

/** A SHA-256 that does not fit in one line breaks in the middle, so that the halves can be compared. */
const halves = (groups: string[]): string[][] =>
  groups.length === 16 ? [groups.slice(0, 8), groups.slice(8)] : groups.map((group) => [group])
