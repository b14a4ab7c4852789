import { Anchor, Button, Text } from '@mantine/core'
import type { Answered } from '@sallyport/api/contract'
import { listPeople } from '@sallyport/api/people'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { asked } from '../asked.ts'
import { PageTitle } from '../frame/PageTitle.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { may, useSession } from '../sessions/session.ts'
import { type Column, DataTable } from '../table/DataTable.tsx'
import { Time } from '../time/Time.tsx'
import { counted } from '../words/sizes.ts'
import { InviteDialog } from './InviteDialog.tsx'
import { PersonDialog } from './PersonDialog.tsx'
import { roleNames } from './role-words.ts'

export type Person = Answered<typeof listPeople>[number]

const stateWords: Readonly<Record<Person['state'], { says: string; tone: string }>> = {
  invited: { says: 'Invited, not enrolled yet', tone: 'wait' },
  active: { says: 'Active', tone: '' },
  locked: { says: 'Locked after five failures', tone: 'wait' },
  disabled: { says: 'Disabled', tone: 'dim' },
}

const columnsFor = (open: ((person: Person) => void) | null): Column<Person>[] => [
  {
    id: 'name',
    header: 'Name',
    fixed: true,
    cell: (person) =>
      open ? (
        <Anchor component="button" type="button" fw={600} fz="sm" data-row-link onClick={() => open(person)}>
          {person.name}
        </Anchor>
      ) : (
        person.name
      ),
  },
  { id: 'signInName', header: 'Sign-in name', cell: ({ signInName }) => signInName },
  { id: 'badge', header: 'Badge', cell: ({ badge }) => badge ?? <span className="dim">None</span> },
  { id: 'roles', header: 'Roles', cell: ({ roles }) => roleNames(roles) },
  {
    id: 'state',
    header: 'State',
    cell: ({ state }) => <span className={stateWords[state].tone}>{stateWords[state].says}</span>,
  },
  {
    id: 'lastSignInAt',
    header: 'Last sign-in',
    cell: ({ lastSignInAt }) =>
      lastSignInAt ? <Time at={lastSignInAt} form="stacked" fine="minutes" /> : <span className="dim">Never</span>,
  },
  {
    id: 'createdAt',
    header: 'Account made',
    cell: ({ createdAt }) => <Time at={createdAt} form="stacked" fine="minutes" />,
  },
]

export function People() {
  const session = useSession()
  const people = useQuery(asked(listPeople, {}))
  const [inviting, setInviting] = useState(false)
  const [open, setOpen] = useState<string | null>(null)
  const changes = may(session, 'people.change')
  const columns = useMemo(() => columnsFor(changes ? (person) => setOpen(person.id) : null), [changes])
  return (
    <>
      <PageTitle
        title="People"
        actions={changes && <Button onClick={() => setInviting(true)}>Invite a person</Button>}
      />
      <Answer query={people} wait="Reading the people">
        {(list) => (
          <>
            <DataTable
              label="People"
              rows={list}
              columns={columns}
              idOf={({ id }) => id}
              card={(person) => (
                <>
                  {columns[0]?.cell(person)}
                  <div>{roleNames(person.roles)}</div>
                  <div className="dim">
                    {person.signInName} · {stateWords[person.state].says}
                  </div>
                </>
              )}
            />
            <Text c="dimmed" mt="sm">
              {counted(list.length, 'person', 'people')}.
            </Text>
            <PersonDialog person={list.find(({ id }) => id === open) ?? null} onClose={() => setOpen(null)} />
          </>
        )}
      </Answer>
      <InviteDialog opened={inviting} onClose={() => setInviting(false)} />
    </>
  )
}
