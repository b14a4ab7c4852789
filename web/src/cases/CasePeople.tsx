import { Button, Group, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core'
import { caseRoles, namePersonInCase } from '@sallyport/api/cases'
import { type FormEvent, useState } from 'react'
import { TextLink } from '../frame/links.tsx'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { may, useSession } from '../sessions/session.ts'
import { Time } from '../time/Time.tsx'
import { caseRoleWords, options } from '../words/labels.ts'
import { type CaseRecord, useCaseDeed } from './use-case.ts'

export function CasePeople({ record }: { readonly record: CaseRecord }) {
  const drafts = may(useSession(), 'expungement.draft')
  return (
    <Stack>
      {record.people.length === 0 && <p className="dim">Nobody is named in this case yet.</p>}
      <ul className="plain-list">
        {record.people.map(({ id, name, role, remarks, at, by }) => (
          <li key={id} className="card" style={{ marginBottom: 8 }}>
            <strong>{name}</strong> · {caseRoleWords[role]}
            {remarks && <div className="prose">{remarks}</div>}
            <div className="dim">
              Named by {by.name} <Time at={at} />
            </div>
            {drafts && (
              <TextLink to="/expungements/draft" search={{ case: record.id, note: id }} size="sm" className="no-print">
                Expunge under a court order
              </TextLink>
            )}
          </li>
        ))}
      </ul>
      {record.may.change && <NamePerson record={record} />}
    </Stack>
  )
}

function NamePerson({ record }: { readonly record: CaseRecord }) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<string>('witness')
  const [remarks, setRemarks] = useState('')
  const deed = useCaseDeed(namePersonInCase, () => {
    setName('')
    setRemarks('')
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const known = caseRoles.find((one) => one === role) ?? 'other'
    deed.mutate({ id: record.id, name, role: known, ...(remarks.trim() !== '' && { remarks }) })
  }
  return (
    <form onSubmit={submit} className="card no-print">
      <Stack gap="sm">
        <Group align="flex-end">
          <TextInput
            label="Name of the person"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={200}
            required
            flex={1}
          />
          <NativeSelect
            label="Role in the case"
            data={options(caseRoleWords)}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value)}
          />
        </Group>
        <Textarea
          label="Remarks"
          value={remarks}
          onChange={(event) => setRemarks(event.currentTarget.value)}
          maxLength={2000}
          autosize
          minRows={1}
        />
        <RefusalNotice error={deed.error} />
        <Button type="submit" loading={deed.isPending} style={{ alignSelf: 'flex-start' }}>
          Name this person
        </Button>
      </Stack>
    </form>
  )
}
