import { Button, Stack, Text, TextInput, Title } from '@mantine/core'
import type { Answered } from '@sallyport/api/contract'
import { readEntrance } from '@sallyport/api/agency'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import { asked } from '../asked.ts'
import { Answer } from '../refusal/Answer.tsx'
import { Entrance } from './Entrance.tsx'
import { Notice } from './Notice.tsx'
import { SignInForm } from './SignInForm.tsx'
import { TextLink } from '../frame/links.tsx'

const route = getRouteApi('/sign-in')

/** The way in: the agency, its notice, then the person. */
export function SignIn() {
  const { agency, from } = route.useSearch()
  const entrance = useQuery({ ...asked(readEntrance, agency ? { agency } : {}), staleTime: 0 })
  useEffect(() => {
    document.title = 'Sign in · Sallyport'
  }, [])
  return (
    <Entrance>
      <Answer query={entrance} wait="Asking the vault">
        {(answer) => <Door entrance={answer} from={from ?? '/'} onNoticeChanged={() => void entrance.refetch()} />}
      </Answer>
    </Entrance>
  )
}

type DoorProps = {
  readonly entrance: Answered<typeof readEntrance>
  readonly from: string
  readonly onNoticeChanged: () => void
}

function Door({ entrance, from, onNoticeChanged }: DoorProps) {
  const { state, agency, banner, severalAgencies, demonstration } = entrance
  const [accepted, setAccepted] = useState<string | null>(null)
  if (state === 'empty') return <EmptyVault />
  if (!agency && severalAgencies) return <ChooseAgency />
  if (state === 'sealed') return <SealedVault />
  return (
    <Stack gap="md">
      <div>
        <Title order={1}>{agency?.name ?? 'Sign in'}</Title>
        {demonstration && (
          <Text size="sm" className="wait">
            Demonstration vault. Everything in it is made up: do not put real evidence here.
          </Text>
        )}
      </div>
      {banner && accepted !== banner.version ? (
        <Notice text={banner.text} onAccept={() => setAccepted(banner.version)} />
      ) : (
        <SignInForm
          agency={agency?.slug}
          bannerAccepted={banner?.version ?? ''}
          from={from}
          onNoticeChanged={() => {
            setAccepted(null)
            onNoticeChanged()
          }}
        />
      )}
    </Stack>
  )
}

const EmptyVault = () => (
  <Stack>
    <Title order={1}>This vault is empty</Title>
    <Text>
      No agency is set up here yet. Open the set-up link that the server printed in its terminal when it started. It
      works once.
    </Text>
  </Stack>
)

const SealedVault = () => (
  <Stack>
    <Title order={1}>The vault is sealed</Title>
    <Text>The server has started, but the agency has not released its key to it. Until then nobody can sign in.</Text>
    <TextLink to="/unlock">Unlock the vault with the passphrase</TextLink>
  </Stack>
)

function ChooseAgency() {
  const navigate = route.useNavigate()
  const [slug, setSlug] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void navigate({ search: (search) => ({ ...search, agency: slug.trim().toLowerCase() }) })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Title order={1}>Which agency</Title>
        <TextInput
          label="Short name of your agency"
          description="As in the address your agency gave you, for example fairhaven-pd"
          value={slug}
          onChange={(event) => setSlug(event.currentTarget.value)}
          autoComplete="organization"
          required
        />
        <Button type="submit">Go on</Button>
      </Stack>
    </form>
  )
}
