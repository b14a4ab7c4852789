import { listCases } from '@sallyport/api/cases'
import { useQuery } from '@tanstack/react-query'
import { asked } from '../asked.ts'
import { ButtonLink, TextLink } from '../frame/links.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { Ago } from '../time/Ago.tsx'
import { caseTypeWords } from '../words/labels.ts'
import { counted } from '../words/sizes.ts'
import { Waiting } from './Waiting.tsx'

/** Cases that this person leads, or else works on, newest first. */
export function CasesILead() {
  const query = useQuery(asked(listCases, { mine: 'true', limit: 20 }))
  return (
    <Waiting title="Your cases" action={<TextLink to="/cases">All</TextLink>}>
      <Answer query={query} wait="Reading your cases">
        {({ rows }) => {
          if (rows.length === 0)
            return (
              <>
                <p className="dim">
                  You are a member of no case. A case holds what belongs together: people, notes, items and who may see
                  them.
                </p>
                <ButtonLink to="/cases">Open a case</ButtonLink>
              </>
            )
          const led = rows.filter(({ level }) => level === 'lead')
          const others = rows.filter(({ level }) => level !== 'lead')
          return (
            <ul>
              {[...led, ...others].map(({ id, number, title, type, items, level, openedAt }) => (
                <li key={id}>
                  <div>
                    <TextLink to="/cases/$id" params={{ id }}>
                      {number} · {title}
                    </TextLink>
                    <span className="dim">
                      {' '}
                      · {caseTypeWords[type]} · {counted(items, 'item')}
                      {level === 'lead' ? ' · you lead' : ''}
                    </span>
                  </div>
                  <span className="dim">
                    opened <Ago at={openedAt} />
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
