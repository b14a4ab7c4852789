import { listExpungements } from '@sallyport/api/expungements'
import { useQuery } from '@tanstack/react-query'
import { asked } from '../asked.ts'
import { TextLink } from '../frame/links.tsx'
import { Ago } from '../time/Ago.tsx'
import { Waiting } from './Waiting.tsx'

/** Orders of a court that somebody else drafted and this person can approve. Nothing stands here while none waits. */
export function OrdersWaiting() {
  const query = useQuery(asked(listExpungements, { limit: 50 }))
  const waiting = query.data?.rows.filter(({ may }) => may.approve) ?? []
  if (waiting.length === 0) return null
  return (
    <Waiting title="Orders of expungement" action={<TextLink to="/expungements">All</TextLink>}>
      <ul>
        {waiting.map(({ id, reference, court, draftedBy, draftedAt }) => (
          <li key={id}>
            <div>
              <TextLink to="/expungements/$id" params={{ id }} underline="always">
                {reference}
              </TextLink>
              <span className="dim">
                {' '}
                · {court} · drafted by {draftedBy.name}
              </span>
            </div>
            <span className="wait">
              waits for a second person, <Ago at={draftedAt} />
            </span>
          </li>
        ))}
      </ul>
    </Waiting>
  )
}
