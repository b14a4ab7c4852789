import type { Answered } from '@sallyport/api/contract'
import type { previewExpungement } from '@sallyport/api/expungements'
import { actWords } from '../custody/sentences.ts'
import { counted as inWords, exactSize } from '../words/sizes.ts'

type Counted = Answered<typeof previewExpungement>

/** What an order touches, by number and kind: no content, so that whoever approves need not see any. */
export function Touched({ counted }: { readonly counted: Counted }) {
  const { entries, byAct, custodies, records, papers, objects, bytes, copies, receiptsKept, remaining } = counted
  const left = copies.exports + copies.downloads
  return (
    <dl className="facts card">
      <dt>Entries</dt>
      <dd>
        {inWords(entries, 'entry', 'entries')} lose what they say. Their places and proofs stay.
        {byAct.length > 0 && (
          <ul className="plain-list dim">
            {byAct.map(({ act, count }) => (
              <li key={act}>
                {count.toLocaleString('en-US')} × {actWords(act)}
              </li>
            ))}
          </ul>
        )}
      </dd>
      <dt>Custodies</dt>
      <dd>{inWords(custodies, 'item')} in whose custody something is destroyed</dd>
      <dt>Records</dt>
      <dd>{inWords(records, 'record or note', 'records and notes')}</dd>
      <dt>Court papers</dt>
      <dd>{papers === 0 ? 'None' : inWords(papers, 'paper')}</dd>
      <dt>Stored bytes</dt>
      <dd>{objects === 0 ? 'None' : `${inWords(objects, 'file')}, ${exactSize(bytes)}, and their keys`}</dd>
      <dt>Copies outside</dt>
      <dd className={left > 0 ? 'wait' : ''}>
        {left === 0
          ? 'None that the vault knows of'
          : `${inWords(copies.exports, 'export')} and ${inWords(copies.downloads, 'download')} left the vault. It cannot reach them.`}
      </dd>
      {receiptsKept > 0 && (
        <>
          <dt>Stays</dt>
          <dd className="wait">
            {inWords(receiptsKept, 'receipt')} of other items say it too and stay: without its receipt nobody could
            prove any more that an item is the one that was received.
          </dd>
        </>
      )}
      {remaining > 0 && (
        <>
          <dt>Still named in</dt>
          <dd className="wait">
            {inWords(remaining, 'record')} that this order does not touch. Correct them by hand, or draft an order on
            each.
          </dd>
        </>
      )}
    </dl>
  )
}
