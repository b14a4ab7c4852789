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
    <UnstyledButton
      className={styles['digest']}
      onClick={() => clipboard.copy(value)}
      aria-label={`Copy ${of}: ${value}`}
    >
      <code>
        {inFours(value).map((group, index) => (
          // The groups of one digest never change places.
          <span key={`${index}-${group}`}>{group} </span>
        ))}
      </code>
      <span className={styles['copied']} aria-live="polite">
        {clipboard.copied ? 'Copied' : <Icon name="copy" size={14} />}
      </span>
    </UnstyledButton>
  )
}
