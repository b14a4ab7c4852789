import { UnstyledButton } from '@mantine/core'
import { roleNames } from '../people/role-words.ts'
import { Time } from '../time/Time.tsx'
import { Digest } from '../words/Digest.tsx'
import styles from './custody.module.css'
import type { Fate } from './fates.ts'
import type { Group } from './grouped.ts'
import { actWords, type Line, type Sentence, sentenceOf } from './sentences.ts'

type Props = {
  readonly label: string
  readonly groups: readonly Group[]
  readonly detailed: boolean
  /** What became of the detail of entries that have none any more. */
  readonly fate: Fate
  /** Absent where proofs are not given out. */
  readonly onProof?: (line: Line) => void
}

/** Entries as plain sentences: when, who, what, why. */
export function Timeline({ label, groups, detailed, fate, onProof }: Props) {
  return (
    <ol className={styles['timeline']} aria-label={label}>
      {groups.map(({ lines }) => (
        <li key={lines[0].entry} className={lines[0].outcome === 'done' ? undefined : styles['refused']}>
          <div className={styles['when']}>
            <Time at={lines[0].at} form="short" fine="hundredths" />
            {lines[0].from.address && !detailed && ` · from ${lines[0].from.address}`}
          </div>
          <Told lines={lines} detailed={detailed} fate={fate} />
          {onProof && (
            <UnstyledButton className={`${styles['proof']} no-print`} onClick={() => onProof(lines[0])}>
              {lines[0].index === null ? 'Being placed' : `Proof № ${lines[0].index}`}
            </UnstyledButton>
          )}
          {onProof && lines[0].index !== null && (
            <span className={`${styles['place']} print-only`}>№ {lines[0].index}</span>
          )}
        </li>
      ))}
    </ol>
  )
}

type ToldProps = { readonly lines: Group['lines']; readonly detailed: boolean; readonly fate: Fate }

function Told({ lines, detailed, fate }: ToldProps) {
  const [line] = lines
  const { by, from } = line
  const sentence = sentenceOf(line, fate(line.entry))
  return (
    <div>
      <strong>{by.name === '' ? (line.expunged ? 'Somebody' : 'Somebody who was not signed in') : by.name}</strong>
      {by.roles.length > 0 && <span className="dim"> ({roleNames(by.roles)})</span>}{' '}
      {lines.length > 1 ? actWords(line.act) : sentence.what}
      {lines.length > 1 && (
        <span className="dim">
          , {lines.length} times since <Time at={lines.at(-1)?.at ?? line.at} form="short" />
        </span>
      )}
      {sentence.why && <div>Reason: {sentence.why}</div>}
      {detailed && <Details sentence={sentence} from={from} />}
    </div>
  )
}

function Details({ sentence, from }: { readonly sentence: Sentence; readonly from: Line['from'] }) {
  return (
    <dl className={`facts ${styles['details']}`}>
      {sentence.facts.map(({ label, says, was, digest }) => (
        <div key={label} style={{ display: 'contents' }}>
          <dt>{label}</dt>
          <dd>
            {was !== undefined && (
              <>
                <del>{was === '' ? 'nothing' : was}</del> <span aria-hidden="true">→</span>{' '}
              </>
            )}
            {digest ? <Digest value={says} of={label} /> : says}
          </dd>
        </div>
      ))}
      <dt>From</dt>
      <dd>
        {from.address ?? 'this server'}
        {from.agent && <span className="dim"> · {from.agent}</span>}
      </dd>
    </dl>
  )
}
