import { Button, Group, Radio, Select, Stack, TextInput, Title } from '@mantine/core'
import { addMember } from '@sallyport/api/cases'
import { listPeople } from '@sallyport/api/people'
import { type Level, levels } from '@sallyport/core/access'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { asked } from '../asked.ts'
import { roleNames } from '../people/role-words.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { useSession } from '../sessions/session.ts'
import { momentOf } from '../time/agency-time.ts'
import { levelAbout, levelWords } from '../words/labels.ts'
import { type CaseRecord, useCaseDeed } from './use-case.ts'

/** Gives a person access to a case at a level, for good or until a day on the agency's clock. */
export function AddMember({ record }: { readonly record: CaseRecord }) {
  const zone = useSession().agency.timeZone
  const people = useQuery(asked(listPeople, {}))
  const [person, setPerson] = useState<string | null>(null)
  const [level, setLevel] = useState<Level>('view')
  const [until, setUntil] = useState('')
  const deed = useCaseDeed(addMember, () => {
    setPerson(null)
    setUntil('')
  })
  const members = new Set<string>(record.members.map((member) => member.person.id))
  const choices = (people.data ?? [])
    .filter(({ id, state }) => state !== 'disabled' && !members.has(id))
    .map(({ id, name, roles, badge }) => ({
      value: id,
      label: `${name}${badge ? ` · ${badge}` : ''} (${roleNames(roles)})`,
    }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const expiresAt = until === '' ? null : (momentOf(zone, `${until}T23:59:59`)?.toISOString() ?? null)
    if (person) deed.mutate({ id: record.id, person, level, expiresAt })
  }

  return (
    <form onSubmit={submit} className="card no-print">
      <Stack gap="sm">
        <Title order={2}>Add a member</Title>
        <Group align="flex-end">
          <Select
            label="Person"
            placeholder={people.isPending ? 'Reading the people' : 'Type a name'}
            data={choices}
            value={person}
            onChange={setPerson}
            searchable
            required
            nothingFoundMessage="Nobody by that name who is not a member already"
            flex={1}
            miw={220}
          />
          <TextInput
            type="date"
            label={`Until the end of (${zone})`}
            value={until}
            onChange={(event) => setUntil(event.currentTarget.value)}
          />
        </Group>
        <Radio.Group
          label="Level"
          value={level}
          onChange={(value) => setLevel(levels.find((one) => one === value) ?? 'view')}
        >
          <Stack gap="xs" mt={4}>
            {levels.map((one) => (
              <Radio key={one} value={one} label={levelWords[one]} description={levelAbout[one]} />
            ))}
          </Stack>
        </Radio.Group>
        <RefusalNotice error={deed.error ?? people.error} />
        <Button type="submit" loading={deed.isPending} disabled={person === null} style={{ alignSelf: 'flex-start' }}>
          Add
        </Button>
      </Stack>
    </form>
  )
}
