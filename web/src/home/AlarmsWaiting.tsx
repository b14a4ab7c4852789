import { useQuery } from '@tanstack/react-query'
import { openAlarms } from '../alarms/AlarmBar.tsx'
import { TextLink } from '../frame/links.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { Ago } from '../time/Ago.tsx'
import { Waiting } from './Waiting.tsx'

/** What the vault found by itself and nobody has acknowledged. Nothing stands here while nothing is open. */
export function AlarmsWaiting() {
  const query = useQuery(openAlarms)
  if (query.data?.rows.length === 0) return null
  return (
    <Waiting title="Alarms" action={<TextLink to="/alarms">All</TextLink>}>
      <Answer query={query} wait="Reading the alarms">
        {({ rows }) => (
          <ul>
            {rows.slice(0, 5).map(({ id, says, grave, raisedAt }) => (
              <li key={id}>
                <div>
                  <TextLink to="/alarms">{says}</TextLink>
                </div>
                <span className={grave ? 'bad' : 'wait'}>
                  {grave && 'grave, '}
                  <Ago at={raisedAt} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </Answer>
    </Waiting>
  )
}
