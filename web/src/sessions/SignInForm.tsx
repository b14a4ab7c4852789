import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { signIn } from '@sallyport/api/sessions'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ask, RefusedCall } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { CodeField } from './CodeField.tsx'
import { wayBack } from './way-back.ts'
import { keepSession } from './session.ts'
import { tellTabs } from './watch-session.ts'
import { TextLink } from '../frame/links.tsx'

type Props = {
  readonly agency: string | undefined
  /** Version of the notice that this person just accepted. */
  readonly bannerAccepted: string
  readonly from: string
  readonly onNoticeChanged: () => void
}

export function SignInForm({ agency, bannerAccepted, from, onNoticeChanged }: Props) {
  const client = useQueryClient()
  const router = useRouter()
  const [signInName, setName] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const enter = useMutation({
    mutationFn: () =>
      ask(signIn, {
        ...(agency && { agency }),
        signInName: signInName.trim().toLowerCase(),
        password,
        code,
        bannerAccepted,
      }),
    onSuccess: (session) => {
      keepSession(client, session)
      tellTabs('opened')
      router.history.push(wayBack(from))
    },
    onError: (error) => {
      setCode('')
      if (error instanceof RefusedCall && error.refused.code === 'session/banner-changed') onNoticeChanged()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    enter.mutate()
  }
  const sealed = enter.error instanceof RefusedCall && enter.error.refused.code === 'vault/sealed'

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Sign-in name"
          value={signInName}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
          required
          autoFocus
        />
        <PasswordInput
          label="Password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          required
        />
        <CodeField value={code} onChange={setCode} />
        <RefusalNotice error={enter.error} />
        {sealed && <TextLink to="/unlock">Unlock the vault</TextLink>}
        <Button type="submit" size="md" loading={enter.isPending}>
          Sign in
        </Button>
      </Stack>
    </form>
  )
}
