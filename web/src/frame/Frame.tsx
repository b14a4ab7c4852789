import { Outlet, useNavigate, useRouter } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useSession } from '../sessions/session.ts'
import { AlarmBar } from '../alarms/AlarmBar.tsx'
import { UploadsBar } from '../uploads/UploadsBar.tsx'
import { BottomBar } from './BottomBar.tsx'
import styles from './frame.module.css'
import { KeysHelp } from './KeysHelp.tsx'
import type { Command } from './keys.ts'
import { useFocusOnNewPage } from './page-focus.ts'
import { placesFor } from './places.ts'
import { Rail } from './Rail.tsx'
import { TopBar } from './TopBar.tsx'
import { useKeys } from './use-keys.ts'

type Props = {
  /** Seconds until the page locks, in the last minute. */
  readonly warning: number | null
}

/** What stands around every page: where one can go, what can be looked for, and who is signed in. */
export function Frame({ warning }: Props) {
  const session = useSession()
  const places = placesFor(session)
  const navigate = useNavigate()
  const router = useRouter()
  const search = useRef<HTMLInputElement>(null)
  const [help, setHelp] = useState(false)
  useFocusOnNewPage()
  useKeys((command: Command) => {
    if (command.is === 'search') search.current?.focus()
    if (command.is === 'help') setHelp(true)
    if (command.is === 'back' && router.history.canGoBack()) router.history.back()
    const place = command.is === 'go' ? places.find(({ icon }) => icon === command.to) : undefined
    if (place) void navigate({ to: place.to })
  })

  return (
    <>
      <div className="cji-marking">
        <p>CRIMINAL JUSTICE INFORMATION · {session.agency.name}</p>
      </div>
      <div className="cji-marking">
        <p>
          Printed by {session.person.name} ({session.person.signInName}). Handle and destroy under the agency's rules.
        </p>
      </div>
      <a href="#page" className={styles['skip']}>
        Skip to the page
      </a>
      <div className={styles['frame']}>
        <Rail places={places} />
        <div className={styles['column']} id="column">
          <TopBar searchRef={search} onHelp={() => setHelp(true)} />
          {warning !== null && (
            <p role="status" className={styles['warning']}>
              This page locks within a minute. Touch any key to go on. <span aria-hidden="true">({warning} s)</span>
            </p>
          )}
          <AlarmBar />
          <main id="page" tabIndex={-1} className={styles['page']}>
            <Outlet />
          </main>
          <UploadsBar />
        </div>
        <BottomBar places={places} />
      </div>
      <KeysHelp opened={help} onClose={() => setHelp(false)} places={places} />
    </>
  )
}
