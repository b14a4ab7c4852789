import { listPeople } from '@sallyport/api/people'
import { useQuery } from '@tanstack/react-query'
import { asked } from '../asked.ts'
import { ButtonLink, TextLink } from '../frame/links.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { Ago } from '../time/Ago.tsx'
import { Waiting } from './Waiting.tsx'

/** For an administrator: who cannot sign in until somebody helps. */
export function PeopleWaiting() {
  const query = useQuery(asked(listPeople, {}))
  return (
    <Waiting title="People" action={<TextLink to="/people">All</TextLink>}>
      <Answer query={query} wait="Reading the people">
        {(people) => {
          const waiting = people.filter(({ state }) => state === 'locked' || state === 'invited')
          if (people.length === 1 && waiting.length === 0)
            return (
              <>
                <p className="dim">
                  You are alone here. Invite a second administrator first: if you lose your phone, nobody else can let
                  you in.
                </p>
                <ButtonLink to="/people">Invite a person</ButtonLink>
              </>
            )
          if (waiting.length === 0)
            return <p className="dim">Nobody is locked out, and everybody who was invited has enrolled.</p>
          return (
            <ul>
              {waiting.map(({ id, name, state, createdAt }) => (
                <li key={id}>
                  <div>
                    <TextLink to="/people">{name}</TextLink>
                  </div>
                  <span className="wait">
                    {state === 'locked' ? (
                      'locked out, waits for release'
                    ) : (
                      <>
                        invited <Ago at={createdAt} />, not enrolled
                      </>
                    )}
                  </span>
                </li>
              ))}
            </ul>
          )
        }}
      </Answer>
    </Waiting>
  )
}
