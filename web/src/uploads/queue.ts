import { cancelUpload } from '@sallyport/api/uploads'
import { call } from '../call.ts'
import { type Job, run, stopJob } from './job.ts'
import { type Declaration, isUnderWay, type Task, type Upload } from './task.ts'

export type Adding = { readonly file: File; readonly declaration: Declaration; readonly caseNumber: string }

/** The uploads of this tab. It lives above the pages, so that they go on while a person moves about. */
export type UploadQueue = {
  readonly tasks: () => readonly Task[]
  readonly subscribe: (listener: () => void) => () => void
  readonly add: (adding: readonly Adding[]) => void
  /** Goes on with an upload that began in another tab, or before a new sign-in. */
  readonly goOn: (file: File, upload: Upload) => void
  readonly pause: (key: string) => void
  readonly resume: (key: string) => void
  readonly cancel: (key: string) => Promise<void>
  /** Takes what has ended out of the list. The items are in the vault, or were destroyed there. */
  readonly clear: () => void
  /** The session is open again, for this person. Another person's files are let go of. */
  readonly opened: (person: string) => void
  readonly closed: () => void
}

/** Two at a time: enough to fill a line, few enough that each ends soon. */
const atOnce = 2

export function newUploadQueue(): UploadQueue {
  const jobs = new Map<string, Job>()
  const listeners = new Set<() => void>()
  let shown: readonly Task[] = []
  let owner: string | null = null

  const changed = () => {
    shown = [...jobs.values()].map(({ task }) => task)
    for (const listener of listeners) listener()
  }
  const set = (key: string, change: (task: Task) => Task) => {
    const job = jobs.get(key)
    if (!job) return
    job.task = change(job.task)
    changed()
    pump()
  }
  const pump = () => {
    const busy = [...jobs.values()].filter(({ task }) => task.phase === 'declaring' || task.phase === 'sending').length
    const due = [...jobs.values()].filter(({ task }) => task.phase === 'waiting').slice(0, Math.max(0, atOnce - busy))
    for (const job of due) {
      job.task = { ...job.task, phase: 'declaring', says: null, next: null }
      void run(job, (change) => set(job.task.key, change))
    }
    if (due.length > 0) changed()
  }
  const queue = (job: Omit<Job, 'sending' | 'hashing' | 'declared' | 'timer'>) =>
    jobs.set(job.task.key, { ...job, sending: null, hashing: null, declared: false, timer: undefined })
  const halt = (key: string, phase: 'paused' | 'signed-out') => {
    const job = jobs.get(key)
    if (!job || !(isUnderWay(job.task) || job.task.phase === 'waiting' || job.task.phase === 'locked')) return
    stopJob(job, 'sending')
    set(key, (task) => ({ ...task, phase, pace: [] }))
  }
  const resume = (key: string) =>
    set(key, (task) => (isUnderWay(task) ? task : { ...task, phase: 'waiting', pace: [] }))
  const letGo = (key: string) => {
    const job = jobs.get(key)
    if (job) stopJob(job, 'all')
    jobs.delete(key)
  }

  return {
    tasks: () => shown,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    add: (adding) => {
      for (const { file, declaration, caseNumber } of adding) {
        queue({ file, declaration, task: newTask(file, declaration.particulars.title, caseNumber) })
      }
      changed()
      pump()
    },
    goOn: (file, upload) => {
      const task = { ...newTask(file, upload.title, upload.case.number), upload, sent: upload.received }
      queue({ file, declaration: null, task })
      changed()
      pump()
    },
    pause: (key) => halt(key, 'paused'),
    resume,
    cancel: async (key) => {
      const upload = jobs.get(key)?.task.upload
      halt(key, 'paused')
      if (upload) {
        const outcome = await call(cancelUpload, { id: upload.id })
        if (outcome.is === 'refused') return set(key, (task) => ({ ...task, says: outcome.says, next: outcome.next }))
      }
      letGo(key)
      changed()
      pump()
    },
    clear: () => {
      for (const [key, { task }] of jobs) if (task.phase === 'ended') letGo(key)
      changed()
    },
    opened: (person) => {
      if (owner !== null && owner !== person) for (const key of jobs.keys()) letGo(key)
      owner = person
      for (const [key, { task }] of jobs) if (task.phase === 'locked' || task.phase === 'signed-out') resume(key)
      changed()
    },
    closed: () => {
      for (const key of jobs.keys()) halt(key, 'signed-out')
    },
  }
}

const newTask = (file: File, title: string, caseNumber: string): Task => ({
  key: crypto.randomUUID(),
  title,
  fileName: file.name,
  caseNumber,
  size: file.size,
  phase: 'waiting',
  upload: null,
  sent: 0,
  hashed: 0,
  sha256: null,
  pace: [],
  says: null,
  next: null,
})
