import { Progress } from '@mantine/core'
import { useLocation } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { TextLink } from '../frame/links.tsx'
import { duration } from '../time/durations.ts'
import { counted, size } from '../words/sizes.ts'
import { useTasks } from './context.ts'
import { rateOf } from './rate.ts'
import { needsThisTab, overall } from './task.ts'
import styles from './uploads.module.css'

/** What is on its way, at the foot of every page but the one that tells it in full. Warns before the tab is closed. */
export function UploadsBar() {
  const tasks = useTasks()
  const { pathname } = useLocation()
  useWarning(tasks.some(needsThisTab))
  useFreshLists(tasks.filter(({ phase }) => phase === 'ended').length)
  const open = tasks.filter(({ phase }) => phase !== 'ended')
  if (open.length === 0 || pathname === '/uploads') return null
  const { files, done, bytes, sent, failed, secondsLeft } = overall(tasks, rateOf)
  return (
    <aside className={`${styles['bar']} no-print`} aria-label="Uploads under way">
      <TextLink to="/uploads">
        {done} of {counted(files, 'file')} uploaded
      </TextLink>
      <Progress value={bytes > 0 ? (sent / bytes) * 100 : 0} aria-label="Progress of all uploads" flex={1} />
      <span className="dim">
        {size(sent)} of {size(bytes)}
        {secondsLeft !== null && `, ${duration(secondsLeft)} left`}
        {failed > 0 && `, ${failed} stopped`}
      </span>
    </aside>
  )
}

function useWarning(needed: boolean) {
  useEffect(() => {
    if (!needed) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [needed])
}

/** Lists of items that are on a page learn of what was just taken in. */
function useFreshLists(ended: number) {
  const client = useQueryClient()
  const last = useRef(ended)
  useEffect(() => {
    if (ended > last.current) {
      void client.invalidateQueries({ queryKey: ['/items'] })
      void client.invalidateQueries({ queryKey: ['/cases/:id'] })
      void client.invalidateQueries({ queryKey: ['/uploads'] })
    }
    last.current = ended
  }, [ended, client])
}
