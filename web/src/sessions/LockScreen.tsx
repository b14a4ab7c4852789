import { Button, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { resumeSession, signOut } from '@sallyport/api/sessions'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { createPortal } from 'react-dom'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { CodeField } from './CodeField.tsx'
import { keepSession, type Session } from './session.ts'
import styles from './sessions.module.css'
import { tellTabs } from './watch-session.ts'

/**
 * Stands over everything while the session is locked. What lies below is hidden and cannot be
 * reached by key or by a screen reader, but stays mounted: a note that was being written is still
 * there afterwards.
 */
export function LockScreen({ session }: { readonly session: Session }) {
  const client = useQueryClient()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  useHidingAllElse()
  const unlock = useMutation({
    mutationFn: () => ask(resumeSession, { password, code }),
    onSuccess: (resumed) => {
      keepSession(client, resumed)
      tellTabs('opened')
      void client.invalidateQueries({ predicate: ({ state }) => state.status === 'error' })
    },
    onError: () => setCode(''),
  })
  const leave = useMutation({
    mutationFn: () => ask(signOut, {}),
    onSettled: () => {
      tellTabs('ended')
      keepSession(client, null)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    unlock.mutate()
  }

  return createPortal(
    <main className={styles['lock']} data-lock aria-labelledby="lock-title">
      <form onSubmit={submit} className={styles['sheet']}>
        <Stack gap="md">
          <Title order={1} id="lock-title">
            Locked
          </Title>
          <Text>
            {session.person.name} · {session.agency.name}. Enter your password and a code to go on where you were.
          </Text>
          <TextInput label="Sign-in name" value={session.person.signInName} readOnly autoComplete="username" />
          <PasswordInput
            label="Password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="current-password"
            required
            data-autofocus
            autoFocus
          />
          <CodeField value={code} onChange={setCode} />
          <RefusalNotice error={unlock.error} />
          <Group justify="space-between">
            <Button variant="subtle" onClick={() => leave.mutate()} loading={leave.isPending}>
              Sign out
            </Button>
            <Button type="submit" loading={unlock.isPending}>
              Unlock
            </Button>
          </Group>
        </Stack>
      </form>
    </main>,
    document.body,
  )
}

function useHidingAllElse() {
  useEffect(() => {
    document.body.classList.add('locked')
    for (const player of document.querySelectorAll<HTMLMediaElement>('video, audio')) player.pause()
    const hide = () => {
      for (const child of document.body.children) if (!child.hasAttribute('data-lock')) child.setAttribute('inert', '')
    }
    hide()
    const watcher = new MutationObserver(hide)
    watcher.observe(document.body, { childList: true })
    return () => {
      watcher.disconnect()
      document.body.classList.remove('locked')
      for (const child of document.body.children) child.removeAttribute('inert')
    }
  }, [])
}
