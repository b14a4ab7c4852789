import { declareDigest, declareUpload, readUpload } from '@sallyport/api/uploads'
import { Fault, type Refused, call } from '../call.ts'
import { type HashRun, hashFile } from './hash-file.ts'
import type { Sending, Trouble } from './send.ts'
import { type Declaration, ended, sentTo, type Task, told } from './task.ts'

/** A task with what it holds: the file, the connection and the thread that hashes. */
export type Job = {
  readonly file: File
  readonly declaration: Declaration | null
  task: Task
  sending: Sending | null
  hashing: HashRun | null
  /** The vault knows our digest. */
  declared: boolean
  timer: ReturnType<typeof setTimeout> | undefined
}

type Change = (change: (task: Task) => Task) => void

const tryAgainAfter = 60_000

export function stopJob(job: Job, what: 'sending' | 'all'): void {
  clearTimeout(job.timer)
  void job.sending?.stop()
  job.sending = null
  if (what === 'all') job.hashing?.stop()
}

/** Carries a task from its declaration to its end, or to where it must wait for somebody. */
export async function run(job: Job, set: Change): Promise<void> {
  try {
    const refused = await (job.task.upload ? refresh(job, set) : declare(job, set))
    if (refused) return give(job, set, refusedTrouble(refused))
    if (job.task.phase === 'ended') return
    hash(job, set)
    const { upload } = job.task
    if (job.task.phase !== 'declaring' || !upload) return
    if (upload.state === 'checking' || upload.received >= upload.size) return await settle(job, set)
    const { send } = await import('./send.ts')
    if (job.task.phase !== 'declaring') return
    set((task) => ({ ...task, phase: 'sending' }))
    job.sending = send(job.file, upload.tus, {
      sent: (bytes) => set((task) => (task.phase === 'sending' ? sentTo(task, bytes, performance.now()) : task)),
      retrying: () =>
        set((task) => ({
          ...task,
          pace: [],
          says: 'The vault does not answer just now.',
          next: 'The part is sent again by itself.',
        })),
      stored: () => void settle(job, set).catch((error: unknown) => give(job, set, faultTrouble(error))),
      stopped: (trouble) => give(job, set, trouble),
    })
  } catch (error) {
    give(job, set, faultTrouble(error))
  }
}

async function declare(job: Job, set: Change): Promise<Refused | undefined> {
  if (!job.declaration) return undefined
  const outcome = await call(declareUpload, job.declaration)
  if (outcome.is === 'refused') return outcome
  set((task) => told(task, outcome.value))
  return undefined
}

async function refresh(job: Job, set: Change): Promise<Refused | undefined> {
  if (!job.task.upload) return undefined
  const outcome = await call(readUpload, { id: job.task.upload.id })
  if (outcome.is === 'refused') return outcome
  set((task) => told(task, outcome.value))
  return undefined
}

function hash(job: Job, set: Change): void {
  if (job.hashing) return
  job.hashing = hashFile(job.file, {
    progress: (bytes) => set((task) => ({ ...task, hashed: bytes })),
    done: (sha256) => {
      set((task) => ({ ...task, sha256, hashed: task.size }))
      // If this does not get through, `settle` says it again before it waits for the outcome.
      void sayDigest(job, set).catch(() => undefined)
    },
    failed: () => {
      stopJob(job, 'sending')
      job.hashing = null
      give(job, set, {
        phase: 'failed',
        says: 'The file can no longer be read on this device.',
        next: 'Check the card, the cable or the folder, then try again.',
        unreachable: false,
      })
    },
  })
}

/** Tells the vault the digest that was computed here. Says nothing twice, and stops where the two differ. */
async function sayDigest(job: Job, set: Change): Promise<Refused | undefined> {
  const { sha256, upload } = job.task
  if (!sha256 || !upload || job.declared || upload.declaredSha256 === sha256) return undefined
  if (upload.declaredSha256 !== null) {
    stopJob(job, 'sending')
    give(job, set, notTheSame)
    return undefined
  }
  const outcome = await call(declareDigest, { id: upload.id, sha256 })
  if (outcome.is === 'refused') return outcome.code === 'upload/finished' ? undefined : outcome
  job.declared = true
  set((task) => told(task, outcome.value))
  return undefined
}

/** Every byte is there: waits until the vault has compared and taken it in, and asks ever less often. */
async function settle(job: Job, set: Change): Promise<void> {
  job.sending = null
  set((task) => ({ ...task, phase: 'checking', sent: task.size, pace: [] }))
  for (let wait = 400; job.task.phase === 'checking'; wait = Math.min(wait * 1.5, 5000)) {
    if (job.task.sha256) {
      const refused = (await sayDigest(job, set)) ?? (await refresh(job, set))
      if (refused) return give(job, set, refusedTrouble(refused))
    }
    if (job.task.upload && ended.has(job.task.upload.state)) return
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

function give(job: Job, set: Change, trouble: Trouble): void {
  job.sending = null
  if (job.task.phase === 'ended' || job.task.phase === 'paused') return
  set((task) => ({ ...task, phase: trouble.phase, says: trouble.says, next: trouble.next, pace: [] }))
  if (!trouble.unreachable) return
  clearTimeout(job.timer)
  job.timer = setTimeout(
    () => set((task) => (task.phase === 'failed' ? { ...task, phase: 'waiting' } : task)),
    tryAgainAfter,
  )
}

const refusedTrouble = ({ code, says, next }: Refused): Trouble => ({
  phase:
    code === 'session/locked'
      ? 'locked'
      : code === 'session/missing' || code === 'session/ended'
        ? 'signed-out'
        : 'failed',
  says,
  next,
  unreachable: code === 'vault/busy' || code === 'request/too-many',
})

const faultTrouble = (error: unknown): Trouble => ({
  phase: 'failed',
  says: error instanceof Error ? error.message : 'The upload stopped.',
  next: 'It is tried again every minute. What arrived is kept.',
  unreachable: error instanceof Fault,
})

const notTheSame: Trouble = {
  phase: 'failed',
  says: 'This is not the file that the upload began with: its SHA-256 is another one.',
  next: 'Pick the right file, or cancel this upload and begin a new one.',
  unreachable: false,
}
