import { Button, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { unlockVault } from '@sallyport/api/agency'
import { useMutation } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { Entrance } from '../sessions/Entrance.tsx'
import { TextLink } from '../frame/links.tsx'

const route = getRouteApi('/unlock')

/** Releases the agency key to this server, by the passphrase. It opens the vault for work; it signs nobody in. */
export function Unlock() {
  const { agency } = route.useSearch()
  const [passphrase, setPassphrase] = useState('')
  const release = useMutation({
    mutationFn: () => ask(unlockVault, { ...(agency && { agency }), passphrase }),
    onSettled: () => setPassphrase(''),
  })
  useEffect(() => {
    document.title = 'Unlock the vault · Sallyport'
  }, [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    release.mutate()
  }

  if (release.isSuccess)
    return (
      <Entrance>
        <Stack>
          <Title order={1}>The vault is open</Title>
          <Text>
            The key is held in the memory of this server until it stops. The release was entered in the ledger.
          </Text>
          <TextLink to="/sign-in" search={agency ? { agency } : {}}>
            Sign in
          </TextLink>
        </Stack>
      </Entrance>
    )
  return (
    <Entrance>
      <form onSubmit={submit}>
        <Stack>
          <Title order={1}>Unlock the vault</Title>
          <Text>
            After each start the agency releases its key by hand. Until then the server stores only what it cannot read.
          </Text>
          <PasswordInput
            label="Passphrase of the agency key"
            description="Chosen at set-up. It is not anybody's password."
            value={passphrase}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
            autoComplete="off"
            required
            autoFocus
          />
          <RefusalNotice error={release.error} />
          <Button type="submit" loading={release.isPending}>
            Unlock
          </Button>
        </Stack>
      </form>
    </Entrance>
  )
}
