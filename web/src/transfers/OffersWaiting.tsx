import { Button } from '@mantine/core'
import { listTransfers } from '@sallyport/api/transfers'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { asked } from '../asked.ts'
import { TextLink } from '../frame/links.tsx'
import { Waiting } from '../home/Waiting.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { Ago } from '../time/Ago.tsx'
import { exhibitWords } from '../words/labels.ts'
import { AnswerDialog } from './AnswerDialog.tsx'
import { partyWords, type Transfer } from './party-words.ts'

/** Custody that is offered to this person and waits for their signature, and what they have offered themselves. */
export function OffersWaiting() {
  const query = useQuery(asked(listTransfers, { limit: 20 }))
  const [chosen, setChosen] = useState<Transfer | null>(null)
  return (
    <Waiting title="Custody on offer">
      <Answer query={query} wait="Reading offers of custody">
        {({ rows }) =>
          rows.length === 0 ? (
            <p className="dim">Nothing waits for your signature. Whoever passes an item on to you shows up here.</p>
          ) : (
            <ul>
              {rows.map((transfer) => (
                <OfferLine key={transfer.id} transfer={transfer} onChoose={() => setChosen(transfer)} />
              ))}
            </ul>
          )
        }
      </Answer>
      {chosen && <AnswerDialog key={chosen.id} transfer={chosen} opened onClose={() => setChosen(null)} />}
    </Waiting>
  )
}

const OfferLine = ({ transfer, onChoose }: { readonly transfer: Transfer; readonly onChoose: () => void }) => (
  <li>
    <div>
      <TextLink to="/items/$id" params={{ id: transfer.item.id }} underline="always">
        {exhibitWords(transfer.item.exhibit)} · {transfer.item.title}
      </TextLink>
      <span className="dim">
        {' '}
        · case {transfer.item.case} ·{' '}
        {transfer.may.accept ? `from ${partyWords(transfer.from)}` : `offered to ${partyWords(transfer.to)}`}
      </span>
      <div>
        <Button variant="default" size="compact-sm" onClick={onChoose}>
          {transfer.may.accept ? 'Compare and sign' : 'Look at the offer'}
        </Button>
      </div>
    </div>
    <span className="wait">
      <Ago at={transfer.offeredAt} />
    </span>
  </li>
)
