import { Group, Title } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { useSession } from '../sessions/session.ts'
import { takesFocus } from './page-focus.ts'

type Props = {
  readonly title: string
  /** Where am I: links to what the page lies in. */
  readonly within?: ReactNode
  /** One line of state. */
  readonly state?: ReactNode
  /** At most two loud actions. */
  readonly actions?: ReactNode
}

/** The head of every page. Takes the focus when the page was just opened, so that it is read out. */
export function PageTitle({ title, within, state, actions }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (takesFocus()) heading.current?.focus({ preventScroll: true })
  }, [])
  // Under the lock the name of a case must not stand on the tab either.
  const { locked } = useSession()
  useEffect(() => {
    document.title = locked ? 'Locked · Sallyport' : `${title} · Sallyport`
  }, [title, locked])

  return (
    <header>
      {within && (
        <nav aria-label="Where this page lies" className="dim">
          {within}
        </nav>
      )}
      <Group justify="space-between" align="flex-start" gap="sm" mb="md">
        <div>
          <Title order={1} ref={heading} tabIndex={-1}>
            {title}
          </Title>
          {state && <div className="dim">{state}</div>}
        </div>
        {actions && (
          <Group gap="xs" className="no-print">
            {actions}
          </Group>
        )}
      </Group>
    </header>
  )
}
