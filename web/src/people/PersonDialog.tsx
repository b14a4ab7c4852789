import { Button, Divider, Group, Modal, Stack, Text, TextInput, Title } from '@mantine/core'
import { changePerson, disablePerson, releasePerson, resetPerson } from '@sallyport/api/people'
import type { Role } from '@sallyport/core/access'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { EnrolmentLink } from './EnrolmentLink.tsx'
import type { Person } from './People.tsx'
import { RoleChoice } from './RoleChoice.tsx'

/** What an administrator can do with an account. */
export function PersonDialog({ person, onClose }: { readonly person: Person | null; readonly onClose: () => void }) {
  return (
    <Modal opened={person !== null} onClose={onClose} title={person?.name ?? ''} size="lg">
      {person && (
        <Stack>
          <Release person={person} />
          <Change person={person} onDone={onClose} />
          <Divider />
          <Reset person={person} />
          <Disable person={person} onDone={onClose} />
        </Stack>
      )}
    </Modal>
  )
}

function usePeopleDeed<Answer, Asking>(deed: (asking: Asking) => Promise<Answer>, onDone?: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: deed,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['/people'] })
      onDone?.()
    },
  })
}

function Release({ person }: { readonly person: Person }) {
  const release = usePeopleDeed(() => ask(releasePerson, { id: person.id }))
  if (person.state !== 'locked') return null
  return (
    <Stack gap="xs" className="card">
      <Text>
        Locked after five failed sign-ins in 15 minutes. Speak with {person.name} before you release: it may have been
        somebody else.
      </Text>
      <RefusalNotice error={release.error} />
      <Button loading={release.isPending} onClick={() => release.mutate(undefined)} style={{ alignSelf: 'flex-start' }}>
        Release the account
      </Button>
    </Stack>
  )
}

function Change({ person, onDone }: { readonly person: Person; readonly onDone: () => void }) {
  const [name, setName] = useState(person.name)
  const [badge, setBadge] = useState(person.badge ?? '')
  const [roles, setRoles] = useState<Role[]>(person.roles)
  const change = usePeopleDeed(
    () =>
      ask(changePerson, {
        id: person.id,
        ...(name !== person.name && { name }),
        ...(badge !== (person.badge ?? '') && { badge: badge.trim() === '' ? null : badge }),
        ...(roles.join() !== person.roles.join() && { roles }),
      }),
    onDone,
  )
  const same = name === person.name && badge === (person.badge ?? '') && roles.join() === person.roles.join()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate(undefined)
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Group grow>
          <TextInput
            label="Name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={120}
            required
          />
          <TextInput
            label="Badge"
            value={badge}
            onChange={(event) => setBadge(event.currentTarget.value)}
            maxLength={40}
          />
        </Group>
        <RoleChoice value={roles} onChange={setRoles} />
        <RefusalNotice error={change.error} />
        <Button
          type="submit"
          loading={change.isPending}
          disabled={same || roles.length === 0}
          style={{ alignSelf: 'flex-start' }}
        >
          Save
        </Button>
      </Stack>
    </form>
  )
}

function Reset({ person }: { readonly person: Person }) {
  const reset = usePeopleDeed(() => ask(resetPerson, { id: person.id }))
  if (reset.data) return <EnrolmentLink link={reset.data.link} expiresAt={reset.data.expiresAt} name={person.name} />
  return (
    <Stack gap="xs">
      <Title order={3}>New enrolment</Title>
      <Text size="sm">
        For a lost phone or a forgotten password. The old password and authenticator end at once, and so do all
        sessions. A disabled account comes back this way.
      </Text>
      <RefusalNotice error={reset.error} />
      <Button
        variant="default"
        loading={reset.isPending}
        onClick={() => reset.mutate(undefined)}
        style={{ alignSelf: 'flex-start' }}
      >
        Make a new enrolment link
      </Button>
    </Stack>
  )
}

function Disable({ person, onDone }: { readonly person: Person; readonly onDone: () => void }) {
  const [why, setWhy] = useState('')
  const disable = usePeopleDeed(() => ask(disablePerson, { id: person.id, why }), onDone)
  if (person.state === 'disabled') return null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    disable.mutate(undefined)
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Title order={3}>Disable</Title>
        <Text size="sm">
          All sessions of {person.name} end at once. What they did stays in the ledger under their name.
        </Text>
        <TextInput
          label="Why"
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
          maxLength={400}
          required
        />
        <RefusalNotice error={disable.error} />
        <Button
          type="submit"
          color="red"
          variant="outline"
          loading={disable.isPending}
          style={{ alignSelf: 'flex-start' }}
        >
          Disable the account
        </Button>
      </Stack>
    </form>
  )
}
