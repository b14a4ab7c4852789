import type { ItemRecord } from '../items/use-item.ts'
import { Time } from '../time/Time.tsx'
import { partyWords } from './party-words.ts'

/** In whose hands an item is, what is on offer, and the numbers that it had before: terms of the record. */
export const Holding = ({ item: { holder, earlier } }: { readonly item: ItemRecord }) => (
  <>
    <dt>Held by</dt>
    <dd>
      {partyWords(holder.by)}
      {holder.since && (
        <>
          <br />
          since <Time at={holder.since} fine="minutes" />
        </>
      )}
      {holder.offer && (
        <>
          <br />
          On offer to {holder.offer.to} until <Time at={holder.offer.endsAt} fine="minutes" />
        </>
      )}
    </dd>
    {earlier.length > 0 && (
      <>
        <dt>Numbers before</dt>
        <dd>
          {earlier.map(({ case: file, exhibit, until }) => (
            <div key={`${file.id} ${exhibit}`}>
              Exhibit {exhibit} of {file.number === null ? 'a case that you do not see' : `case ${file.number}`}, until{' '}
              <Time at={until} fine="minutes" />
            </div>
          ))}
        </dd>
      </>
    )}
  </>
)
