import { Title } from '@mantine/core'
import type { ReactNode } from 'react'
import styles from './home.module.css'

type Props = { readonly title: string; readonly action?: ReactNode; readonly children: ReactNode }

/** One list of the home page: what it is, what can be done first, and what waits. */
export const Waiting = ({ title, action, children }: Props) => (
  <section className={`card ${styles['waiting']}`}>
    <header>
      <Title order={2}>{title}</Title>
      {action}
    </header>
    {children}
  </section>
)
