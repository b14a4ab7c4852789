import { Button, Stack, Text, Title } from '@mantine/core'
import type { Answered } from '@sallyport/api/contract'
import { enrol, readEnrolment } from '@sallyport/api/people'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { asked } from '../asked.ts'
import { ask } from '../call.ts'
import { useFragment } from '../frame/use-fragment.ts'
import { Answer } from '../refusal/Answer.tsx'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { CodeField } from '../sessions/CodeField.tsx'
import { Entrance } from '../sessions/Entrance.tsx'
import { AuthenticatorSecret } from './AuthenticatorSecret.tsx'
import { NewPassword, passwordFault } from './NewPassword.tsx'
import { TextLink } from '../frame/links.tsx'

/** Where an invited person chooses a password and binds an authenticator. */
export function Enrol() {
  const token = useFragment()
  const begun = useQuery({
    ...asked(readEnrolment, { token }),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: token !== '',
  })
  useEffect(() => {
    document.title = 'Enrol · Sallyport'
  }, [])
  if (token === '')
    return (
      <Entrance>
        <Title order={1}>This link is not complete</Title>
        <Text>Open the whole link that an administrator gave you, with everything after the # sign.</Text>
      </Entrance>
    )
  return (
    <Entrance wide>
      <Answer query={begun} wait="Opening the link">
        {(enrolment) => <EnrolForm token={token} enrolment={enrolment} />}
      </Answer>
    </Entrance>
  )
}

function EnrolForm({
  token,
  enrolment,
}: {
  readonly token: string
  readonly enrolment: Answered<typeof readEnrolment>
}) {
  const [chosen, setChosen] = useState({ password: '', again: '' })
  const [code, setCode] = useState('')
  const finish = useMutation({
    mutationFn: () => ask(enrol, { token, password: chosen.password, code }),
    onError: () => setCode(''),
  })
  if (finish.isSuccess) return <Enrolled signInName={finish.data.signInName} agency={enrolment.agency.slug} />
  const fault = chosen.again === '' || passwordFault(chosen.password, chosen.again, enrolment.passwordLength) !== null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!fault) finish.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        <div>
          <Title order={1}>Welcome, {enrolment.name}</Title>
          <Text c="dimmed">
            {enrolment.agency.name} · your sign-in name is <code>{enrolment.signInName}</code>
          </Text>
        </div>
        <input type="text" autoComplete="username" value={enrolment.signInName} readOnly hidden />
        <Stack gap="xs">
          <Title order={2}>1. Choose a password</Title>
          <NewPassword {...chosen} shortest={enrolment.passwordLength} onChange={setChosen} />
        </Stack>
        <Stack gap="xs">
          <Title order={2}>2. Bind an authenticator</Title>
          <AuthenticatorSecret uri={enrolment.totpUri} secret={enrolment.totpSecret} />
          <CodeField value={code} onChange={setCode} label="Code that it shows now" />
        </Stack>
        <RefusalNotice error={finish.error} />
        <Button type="submit" loading={finish.isPending} disabled={fault}>
          Finish
        </Button>
      </Stack>
    </form>
  )
}

const Enrolled = ({ signInName, agency }: { readonly signInName: string; readonly agency: string }) => (
  <Stack>
    <Title order={1}>You are enrolled</Title>
    <Text>
      Sign in as <code>{signInName}</code> with your password and the next code of your authenticator. A code works
      once, so wait for a new one.
    </Text>
    <TextLink to="/sign-in" search={{ agency }}>
      Sign in
    </TextLink>
  </Stack>
)
