import { Stack, Text, Title } from '@mantine/core'
import { type Permission, permissions, reachOf, roles } from '@sallyport/core/access'
import { useQuery } from '@tanstack/react-query'
import { caseAsked } from '../cases/use-case.ts'
import { roleName } from '../people/role-words.ts'
import { Answer } from '../refusal/Answer.tsx'
import { Time } from '../time/Time.tsx'
import { levelWords } from '../words/labels.ts'
import type { ItemRecord } from './use-item.ts'

const seeing: Permission[] = ['item.play', 'item.download', 'item.export', 'item.read']
const byRole = roles.flatMap((role) => {
  const may = seeing.filter((permission) => reachOf([role], permission) === 'agency')
  return may.length === 0 ? [] : [{ role, may: may.map((permission) => permissions[permission]) }]
})

/** Who may see an item: members of its case, and the roles that reach the whole agency. */
export function AccessTab({ item }: { readonly item: ItemRecord }) {
  const query = useQuery(caseAsked(item.case.id))
  return (
    <Stack>
      <section>
        <Title order={2}>Members of case {item.case.number}</Title>
        <Answer query={query} wait="Reading the members">
          {({ members, openedBy }) => (
            <ul>
              <li>
                {openedBy.name} · {levelWords.lead}, opened the case
              </li>
              {members.map(({ person, level, expiresAt }) => (
                <li key={person.id}>
                  {person.name} · {levelWords[level]}
                  {expiresAt && (
                    <>
                      {' '}
                      · until <Time at={expiresAt} fine="minutes" />
                    </>
                  )}
                </li>
              ))}
            </ul>
          )}
        </Answer>
        <Text size="sm" c="dimmed">
          A member does with the item what their role permits. An officer sees only items that they delivered
          themselves.
        </Text>
      </section>
      <section>
        <Title order={2}>By role, without being a member</Title>
        <ul>
          {byRole.map(({ role, may }) => (
            <li key={role}>
              <strong>{roleName(role)}</strong>: {may.join(', ')}
            </li>
          ))}
        </ul>
      </section>
    </Stack>
  )
}
