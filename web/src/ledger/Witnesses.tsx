import { Time } from '../time/Time.tsx'
import { Digest } from '../words/Digest.tsx'
import { counted } from '../words/sizes.ts'
import styles from './ledger.module.css'
import { standingOf, type Witness } from './witness-words.ts'

export function Witnesses({ witnesses }: { readonly witnesses: readonly Witness[] }) {
  if (witnesses.length === 0) return null
  return (
    <ul className={`plain-list ${styles['rows']}`} aria-label="Witnesses">
      {witnesses.map((witness) => (
        <Row key={witness.name} witness={witness} />
      ))}
    </ul>
  )
}

function Row({ witness }: { readonly witness: Witness }) {
  const { name, vkey, url, size, cosignedAt, failure, failingSince } = witness
  const { says, tone } = standingOf(witness)
  return (
    <li>
      <div className={styles['head']}>
        <strong>{name}</strong>
        <span className={tone}>{says}</span>
      </div>
      {failure && (
        <div>
          {failingSince && (
            <>
              Since <Time at={failingSince} form="short" />:{' '}
            </>
          )}
          {failure}
        </div>
      )}
      {cosignedAt && (
        <div>
          Cosigned the first {counted(size, 'entry', 'entries')}, last <Time at={cosignedAt} form="short" />
        </div>
      )}
      <details>
        <summary>Address and key</summary>
        <dl className="facts">
          <dt>Address</dt>
          <dd>{url === null ? 'None: it cannot be asked' : <code>{url}</code>}</dd>
          <dt>Key</dt>
          <dd>
            <Digest value={vkey} of={`the key of ${name}`} />
          </dd>
        </dl>
      </details>
    </li>
  )
}
