import { cancelUpload } from '@sallyport/api/uploads'
import { call } from '../call.ts'
import { type Job, run, stopJob } from './job.ts'
import { type Declaration, isUnderWay, needsThisTab, type Task, type Upload } from './task.ts'

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
  const { jobs, changed, set, pump, subscribe, tasks } = newJobs()
  let owner: string | null = null

  const put = (file: File, declaration: Declaration | null, task: Task) =>
    jobs.set(task.key, { file, declaration, task, sending: null, hashing: null, declared: false, timer: undefined })
  const halt = (key: string, phase: 'paused' | 'signed-out') => {
    const job = jobs.get(key)
    if (!job || !(needsThisTab(job.task) || job.task.phase === 'locked')) return
    stopJob(job, 'sending')
    set(key, (task) => ({ ...task, phase, pace: [] }))
  }
  const resume = (key: string) =>
    set(key, (task) => (isUnderWay(task) ? task : { ...task, phase: 'waiting', pace: [] }))
  const letGo = (fits: (task: Task) => boolean) => {
    for (const [key, job] of jobs) {
      if (!fits(job.task)) continue
      stopJob(job, 'all')
      jobs.delete(key)
    }
    changed()
    pump()
  }

  return {
    tasks,
    subscribe,
    add: (adding) => {
      for (const { file, declaration, caseNumber } of adding)
        put(file, declaration, newTask(file, declaration.particulars.title, caseNumber))
      changed()
      pump()
    },
    goOn: (file, upload) => {
      put(file, null, { ...newTask(file, upload.title, upload.case.number), upload, sent: upload.received })
      changed()
      pump()
    },
    pause: (key) => halt(key, 'paused'),
    resume,
    cancel: async (key) => {
      halt(key, 'paused')
      const refused = await cancelled(jobs.get(key))
      if (refused) set(key, (task) => ({ ...task, ...refused }))
      else letGo((task) => task.key === key)
    },
    clear: () => letGo(({ phase }) => phase === 'ended'),
    opened: (person) => {
      if (owner !== null && owner !== person) letGo(() => true)
      owner = person
      for (const [key, { task }] of jobs) if (task.phase === 'locked' || task.phase === 'signed-out') resume(key)
    },
    closed: () => {
      for (const key of jobs.keys()) halt(key, 'signed-out')
    },
  }
}

/** Has the vault destroy what arrived of a job; tells why it would not. */
async function cancelled(job: Job | undefined): Promise<Pick<Task, 'says' | 'next'> | null> {
  if (!job?.task.upload) return null
  const outcome = await call(cancelUpload, { id: job.task.upload.id })
  return outcome.is === 'refused' ? { says: outcome.says, next: outcome.next } : null
}

/** The jobs of this tab, told to whoever shows them, and begun as their turn comes. */
function newJobs() {
  const jobs = new Map<string, Job>()
  const listeners = new Set<() => void>()
  let shown: readonly Task[] = []

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
    const all = [...jobs.values()]
    const busy = all.filter(({ task }) => task.phase === 'declaring' || task.phase === 'sending').length
    const due = all.filter(({ task }) => task.phase === 'waiting').slice(0, Math.max(0, atOnce - busy))
    for (const job of due) {
      job.task = { ...job.task, phase: 'declaring', says: null, next: null }
      void run(job, (change) => set(job.task.key, change))
    }
    if (due.length > 0) changed()
  }
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return { jobs, changed, set, pump, subscribe, tasks: () => shown }
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
