import type { Answered } from '@sallyport/api/contract'
import type { declareUpload, readUpload } from '@sallyport/api/uploads'
import type { Asking } from '../call.ts'
import { noted, type Pace } from './rate.ts'

export type Upload = Answered<typeof readUpload>
export type Declaration = Asking<typeof declareUpload>

/**
 * - `waiting` for its turn, `declaring` the item, `sending`, `checking` what arrived
 * - `paused` by the person, `locked` until the session is unlocked, `signed-out` until a new sign-in
 * - `failed` can be tried again; `ended` cannot: its outcome says how it ended
 */
export type Phase =
  | 'waiting'
  | 'declaring'
  | 'sending'
  | 'checking'
  | 'paused'
  | 'locked'
  | 'signed-out'
  | 'failed'
  | 'ended'

export type Task = {
  readonly key: string
  readonly title: string
  readonly fileName: string
  readonly caseNumber: string
  readonly size: number
  readonly phase: Phase
  /** What the vault knows of it, as last told. */
  readonly upload: Upload | null
  readonly sent: number
  readonly hashed: number
  /** Computed on this machine from the file as it lies there. */
  readonly sha256: string | null
  readonly pace: Pace
  readonly says: string | null
  readonly next: string | null
}

export const ended = new Set<Upload['state']>(['held', 'quarantined', 'refused', 'cancelled', 'expired'])

/** The task after the vault told of its upload. The vault's word on what has arrived is the one that counts. */
export function told(task: Task, upload: Upload): Task {
  const sent = Math.max(upload.received, task.phase === 'sending' ? task.sent : 0)
  return { ...task, upload, sent, title: upload.title, phase: ended.has(upload.state) ? 'ended' : task.phase }
}

export const sentTo = (task: Task, sent: number, now: number): Task => ({
  ...task,
  sent,
  pace: noted(task.pace, now, sent),
  says: null,
  next: null,
})

export const isUnderWay = ({ phase }: Task): boolean =>
  phase === 'declaring' || phase === 'sending' || phase === 'checking'

/** Would be lost, or have to be picked up by hand, if the tab were closed now. */
export const needsThisTab = (task: Task): boolean => isUnderWay(task) || task.phase === 'waiting'

export type Overall = {
  readonly files: number
  readonly done: number
  readonly bytes: number
  readonly sent: number
  readonly failed: number
  readonly bytesPerSecond: number | null
  readonly secondsLeft: number | null
}

/** All tasks taken together, without those that were cancelled or refused. */
export function overall(tasks: readonly Task[], rate: (pace: Pace) => number | null): Overall {
  const counted = tasks.filter(
    ({ phase, upload }) => phase !== 'ended' || upload?.state === 'held' || upload?.state === 'quarantined',
  )
  const done = counted.filter(({ phase }) => phase === 'ended')
  const bytes = total(counted, ({ size }) => size)
  const sent = total(counted, (task) => (task.phase === 'ended' ? task.size : Math.min(task.sent, task.size)))
  const rates = counted.filter(({ phase }) => phase === 'sending').map(({ pace }) => rate(pace))
  const known = rates.filter((one) => one !== null)
  const bytesPerSecond = known.length === 0 ? null : total(known, (one) => one)
  const left = bytesPerSecond !== null && bytesPerSecond >= 1 ? (bytes - sent) / bytesPerSecond : null
  const failed = tasks.filter(({ phase, upload }) => phase === 'failed' || upload?.state === 'refused').length
  return { files: counted.length, done: done.length, bytes, sent, failed, bytesPerSecond, secondsLeft: left }
}

const total = <T>(list: readonly T[], of: (one: T) => number) => list.reduce((sum, one) => sum + of(one), 0)

/** Why a file that was picked to go on with an upload is not the one, as far as name and size can tell. */
export function whyNotSame(upload: Upload, file: { name: string; size: number }): string | null {
  if (file.size !== upload.size)
    return `This file has ${file.size.toLocaleString('en-US')} bytes; the upload began with one of ${upload.size.toLocaleString('en-US')}.`
  if (file.name !== upload.originalName)
    return `This file is called ${file.name}; the upload began with ${upload.originalName}.`
  return null
}
