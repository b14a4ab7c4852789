import type { Hashing } from './hash-worker.ts'

export type HashRun = { readonly stop: () => void }
type Heard = {
  readonly progress: (bytes: number) => void
  readonly done: (sha256: string) => void
  /** The file can no longer be read: moved, changed, or its medium was pulled out. */
  readonly failed: () => void
}

/** Hashes a file in a thread of its own, so that the page stays quick while gigabytes are read. */
export function hashFile(file: File, heard: Heard): HashRun {
  const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { type: 'module' })
  const end = () => worker.terminate()
  worker.addEventListener('message', ({ data }: MessageEvent<Hashing>) => {
    if (data.is === 'hashed') return heard.progress(data.bytes)
    end()
    if (data.is === 'done') heard.done(data.sha256)
    else heard.failed()
  })
  worker.addEventListener('error', () => {
    end()
    heard.failed()
  })
  worker.postMessage(file)
  return { stop: end }
}
