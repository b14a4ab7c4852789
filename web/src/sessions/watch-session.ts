import { lockSession } from '@sallyport/api/sessions'
import type { QueryClient } from '@tanstack/react-query'
import { call, hearSession } from '../call.ts'
import type { UploadQueue } from '../uploads/queue.ts'
import { keepSession, markLocked, type Session, sessionQuery } from './session.ts'

type News = 'locked' | 'opened' | 'ended'

/** What happened to the session in one tab, told to the others: one cookie serves them all. */
const channel = new BroadcastChannel('sallyport.session')

export const tellTabs = (news: News): void => channel.postMessage(news)

/** Locks here and in every tab at once, and tells the vault. Without a connection the page is still hidden. */
export function lockNow(client: QueryClient): void {
  markLocked(client)
  tellTabs('locked')
  void call(lockSession, {}).catch(() => undefined)
}

/** Keeps page, uploads and other tabs level with the session, by whichever call shows what became of it. */
export function watchSession(client: QueryClient, uploads: UploadQueue): void {
  const current = () => client.getQueryData<Session | null>(sessionQuery.queryKey)
  const end = () => {
    if (!current()) return
    uploads.closed()
    keepSession(client, null)
    tellTabs('ended')
  }
  hearSession((code) => {
    if (code === 'session/locked') markLocked(client)
    if (code === 'session/missing' || code === 'session/ended') end()
  })
  channel.addEventListener('message', ({ data }: MessageEvent<News>) => {
    if (data === 'locked') markLocked(client)
    if (data === 'ended') end()
    // The token may be a new one, and it may be another person now.
    if (data === 'opened') void client.fetchQuery({ ...sessionQuery, staleTime: 0 })
  })
  client.getQueryCache().subscribe(({ query, type }) => {
    if (type !== 'updated' || query.queryKey[0] !== sessionQuery.queryKey[0]) return
    const session = current()
    if (session && !session.locked) uploads.opened(session.person.id)
  })
}
