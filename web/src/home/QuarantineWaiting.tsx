import { listItems } from '@sallyport/api/items'
import { useQuery } from '@tanstack/react-query'
import { asked } from '../asked.ts'
import { TextLink } from '../frame/links.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { Ago } from '../time/Ago.tsx'
import { Waiting } from './Waiting.tsx'

/** For a custodian: what is set aside and waits for a decision, with how long it has waited. */
export function QuarantineWaiting() {
  const query = useQuery(asked(listItems, { state: 'quarantined', limit: 20 }))
  return (
    <Waiting
      title="In quarantine"
      action={
        <TextLink to="/items" search={{ state: 'quarantined' }}>
          All
        </TextLink>
      }
    >
      <Answer query={query} wait="Reading what is in quarantine">
        {({ rows }) =>
          rows.length === 0 ? (
            <p className="dim">
              Nothing waits for you. An item is set aside when its size or its type falls under a rule of this vault.
            </p>
          ) : (
            <ul>
              {rows.map(({ id, title, case: { number }, addedAt, addedBy }) => (
                <li key={id}>
                  <div>
                    <TextLink to="/items/$id" params={{ id }}>
                      {title}
                    </TextLink>
                    <span className="dim">
                      {' '}
                      · case {number} · {addedBy.name}
                    </span>
                  </div>
                  <span className="wait">
                    <Ago at={addedAt} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Waiting>
  )
}
