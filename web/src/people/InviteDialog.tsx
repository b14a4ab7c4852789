import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { invitePerson } from '@sallyport/api/people'
import type { Role } from '@sallyport/core/access'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { EnrolmentLink } from './EnrolmentLink.tsx'
import { RoleChoice } from './RoleChoice.tsx'

export function InviteDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Invite a person" size="lg">
      <Invite onClose={onClose} />
    </Modal>
  )
}

function Invite({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [signInName, setSignInName] = useState('')
  const [badge, setBadge] = useState('')
  const [roles, setRoles] = useState<Role[]>([])
  const invite = useMutation({
    mutationFn: () => ask(invitePerson, { name, signInName, ...(badge.trim() !== '' && { badge }), roles }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['/people'] }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    invite.mutate()
  }
  if (invite.data)
    return (
      <Stack>
        <EnrolmentLink link={invite.data.link} expiresAt={invite.data.expiresAt} name={invite.data.person.name} />
        <Button onClick={onClose} style={{ alignSelf: 'flex-end' }}>
          Done
        </Button>
      </Stack>
    )
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={120}
          required
          data-autofocus
        />
        <TextInput
          label="Sign-in name"
          description="Letters, digits, dot, hyphen, underscore, at-sign"
          value={signInName}
          onChange={(event) => setSignInName(event.currentTarget.value.toLowerCase())}
          maxLength={64}
          autoCapitalize="none"
          required
        />
        <TextInput
          label="Badge"
          value={badge}
          onChange={(event) => setBadge(event.currentTarget.value)}
          maxLength={40}
        />
        <RoleChoice value={roles} onChange={setRoles} />
        <RefusalNotice error={invite.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={invite.isPending} disabled={roles.length === 0}>
            Make the account
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
