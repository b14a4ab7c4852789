import { listItems } from '@sallyport/api/items'
import { useQuery } from '@tanstack/react-query'
import { asked } from '../asked.ts'
import { TextLink } from '../frame/links.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { Ago } from '../time/Ago.tsx'
import { categoryWords } from '../words/labels.ts'
import { Waiting } from './Waiting.tsx'

/** For a supervisor: what was delivered last in the whole agency. */
export function ReviewLatest() {
  const query = useQuery(asked(listItems, { limit: 10 }))
  return (
    <Waiting title="Delivered last" action={<TextLink to="/items">All</TextLink>}>
      <Answer query={query} wait="Reading the newest items">
        {({ rows }) =>
          rows.length === 0 ? (
            <p className="dim">Nothing has been delivered yet.</p>
          ) : (
            <ul>
              {rows.map(({ id, title, category, addedBy, addedAt }) => (
                <li key={id}>
                  <div>
                    <TextLink to="/items/$id" params={{ id }}>
                      {title}
                    </TextLink>
                    <span className="dim">
                      {' '}
                      · {categoryWords[category]} · {addedBy.name}
                    </span>
                  </div>
                  <span className="dim">
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
