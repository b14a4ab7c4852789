import {
  ActionIcon,
  Menu,
  Text,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core'
import { signOut } from '@sallyport/api/sessions'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { RefObject } from 'react'
import { ask } from '../call.ts'
import { roleNames } from '../people/role-words.ts'
import { SearchField } from '../search/SearchField.tsx'
import { keepSession, may, useSession } from '../sessions/session.ts'
import { lockNow, tellTabs } from '../sessions/watch-session.ts'
import { Time } from '../time/Time.tsx'
import { useUploads } from '../uploads/context.ts'
import styles from './frame.module.css'
import { Icon } from './Icon.tsx'

type Props = { readonly searchRef: RefObject<HTMLInputElement | null>; readonly onHelp: () => void }

export function TopBar({ searchRef, onHelp }: Props) {
  const session = useSession()
  const client = useQueryClient()
  return (
    <section className={styles['top']} aria-label="Search and session">
      {may(session, 'case.read') ? <SearchField fieldRef={searchRef} /> : <span className={styles['grow']} />}
      <PersonMenu onHelp={onHelp} />
      <Tooltip label="Lock this session">
        <ActionIcon variant="default" size={36} aria-label="Lock this session" onClick={() => lockNow(client)}>
          <Icon name="lock" />
        </ActionIcon>
      </Tooltip>
    </section>
  )
}

function PersonMenu({ onHelp }: { readonly onHelp: () => void }) {
  const { person, agency, endsAt } = useSession()
  const leave = useSignOut()
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <UnstyledButton className={styles['person']}>
          <span className={styles['agency']}>{agency.name}</span>
          <span className={styles['name']}>
            {person.name} <span className={styles['roles']}>({roleNames(person.roles)})</span>
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {person.signInName} · {agency.name}
          <Text size="xs" c="dimmed">
            Session ends <Time at={endsAt} fine="minutes" />
          </Text>
        </Menu.Label>
        <SchemeItems />
        <Menu.Item leftSection={<Icon name="keys" />} onClick={onHelp}>
          Keys
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="out" />} onClick={() => leave.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function SchemeItems() {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('dark')
  const other = scheme === 'dark' ? 'light' : 'dark'
  return (
    <Menu.Item leftSection={<Icon name={other} />} onClick={() => setColorScheme(other)}>
      {other === 'light' ? 'Light colours' : 'Dark colours'}
    </Menu.Item>
  )
}

function useSignOut() {
  const client = useQueryClient()
  const uploads = useUploads()
  return useMutation({
    mutationFn: () => ask(signOut, {}),
    onSettled: () => {
      uploads.closed()
      tellTabs('ended')
      keepSession(client, null)
    },
  })
}
