import type { annotation } from '@sallyport/api/contract'
import { fieldWords } from '../custody/facts.ts'
import { Time } from '../time/Time.tsx'
import styles from './items.module.css'

type Annotation = ReturnType<typeof annotation.parse>

type Props = {
  readonly list: readonly Annotation[]
  /** A stored value as a person reads it. */
  readonly words?: (field: string, value: string) => string
}

/** Corrections of a record, each with what stood there before. The record itself was never edited. */
export function Annotations({ list, words = (_, value) => value }: Props) {
  if (list.length === 0) return <p className="dim">The record stands as it was first written.</p>
  return (
    <ol className={styles['annotations']}>
      {list.map(({ field, was, says, why, at, by }) => (
        <li key={`${at}${field}`}>
          <strong>{sentenceCase(fieldWords(field))}</strong>
          <div>
            <del>{was === '' ? 'nothing' : words(field, was)}</del> <span aria-hidden="true">→</span>{' '}
            <span className="screen-only-words">now says</span> <ins>{words(field, says)}</ins>
          </div>
          <div className="dim">
            {by.name}, because: {why} · <Time at={at} />
          </div>
        </li>
      ))}
    </ol>
  )
}

const sentenceCase = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
