import { Group, NativeSelect, Select, Stack, TextInput } from '@mantine/core'
import { listPeople } from '@sallyport/api/people'
import type { offerTransfer } from '@sallyport/api/transfers'
import { useQuery } from '@tanstack/react-query'
import { asked } from '../asked.ts'
import type { Asking } from '../call.ts'
import { roleNames } from '../people/role-words.ts'
import { options } from '../words/labels.ts'
import { documentWords } from './party-words.ts'

type PersonProps = {
  readonly value: string | null
  readonly onChange: (id: string | null) => void
  /** Whoever holds it now: custody passes to somebody else. */
  readonly but: string | null
}

/** Somebody of the agency who can sign in. Whether they may see the item the vault tells. */
export function PersonField({ value, onChange, but }: PersonProps) {
  const people = useQuery(asked(listPeople, {}))
  const choices = (people.data ?? [])
    .filter(({ id, state }) => state === 'active' && id !== but)
    .map(({ id, name, roles, badge }) => ({
      value: id,
      label: `${name}${badge ? ` · ${badge}` : ''} (${roleNames(roles)})`,
    }))
  return (
    <Select
      label="Who takes over"
      placeholder={people.isPending ? 'Reading the people' : 'Type a name'}
      data={choices}
      value={value}
      onChange={onChange}
      searchable
      required
      nothingFoundMessage="Nobody by that name"
    />
  )
}

type Outsider = Extract<Asking<typeof offerTransfer>['to'], { kind: 'outside' }>

export const noOutsider: Outsider = {
  kind: 'outside',
  name: '',
  agency: '',
  document: 'agency-credential',
  signature: '',
}

type OutsiderProps = { readonly value: Outsider; readonly onChange: (outsider: Outsider) => void }

/** What is written down of somebody outside, and the name that they type themselves in place of a signature. */
export function OutsiderFields({ value, onChange }: OutsiderProps) {
  const { badge: _, ...rest } = value
  return (
    <Stack gap="sm">
      <Group grow align="flex-end">
        <TextInput
          label="Name"
          value={value.name}
          onChange={(event) => onChange({ ...value, name: event.currentTarget.value })}
          maxLength={120}
          required
        />
        <TextInput
          label="Badge or number"
          value={value.badge ?? ''}
          onChange={(event) => {
            const badge = event.currentTarget.value
            onChange(badge === '' ? rest : { ...value, badge })
          }}
          maxLength={40}
        />
      </Group>
      <TextInput
        label="Agency, laboratory or court"
        value={value.agency}
        onChange={(event) => onChange({ ...value, agency: event.currentTarget.value })}
        maxLength={200}
        required
      />
      <Group grow align="flex-end">
        <NativeSelect
          label="Document they showed"
          data={options(documentWords)}
          value={value.document}
          onChange={(event) => onChange({ ...value, document: event.currentTarget.value as Outsider['document'] })}
        />
        <TextInput
          label="Their name, typed by themselves"
          value={value.signature}
          onChange={(event) => onChange({ ...value, signature: event.currentTarget.value })}
          maxLength={120}
          required
        />
      </Group>
    </Stack>
  )
}
