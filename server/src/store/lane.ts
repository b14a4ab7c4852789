import { Worker } from 'node:worker_threads'
import { type Answer, type Ask, type Asks, unwired } from './wire.ts'

/** A worker thread that answers questions in the order in which they are asked, several at a time. */
export type Lane = {
  /** `give` is handed over to the worker and is empty here afterwards. */
  ask<A extends Ask>(ask: A, asked: Asks[A]['ask'], give?: readonly ArrayBuffer[]): Promise<Asks[A]['answer']>
  close(): Promise<void>
}

type Waiting = { readonly answer: (value: unknown) => void; readonly fail: (error: Error) => void }

/** V8 collects buffers that nobody holds only when so much memory is in use: at 256 KiB each, its own choice is 60 MB more. */
const resourceLimits = { maxYoungGenerationSizeMb: 2 }

/** Starts its worker with the first question, and again if one died: what that one held is then lost to memory, never to the disk. */
export function newLane(): Lane {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let calls = 0

  const failAll = (error: Error) => {
    worker = undefined
    for (const { fail } of waiting.values()) fail(error)
    waiting.clear()
  }

  const start = () => {
    const started = new Worker(new URL('./worker.ts', import.meta.url), { resourceLimits })
    started.on('message', (answer: Answer) => {
      const waits = waiting.get(answer.call)
      waiting.delete(answer.call)
      if (!waiting.size) started.unref()
      if ('error' in answer) waits?.fail(unwired(answer.error))
      else waits?.answer(answer.value)
    })
    started.on('error', failAll)
    started.on('exit', () => failAll(new Error('the store worker ended')))
    return started
  }

  const ask = <A extends Ask>(ask: A, asked: Asks[A]['ask'], give: readonly ArrayBuffer[] = []) =>
    new Promise<Asks[A]['answer']>((answer, fail) => {
      worker ??= start()
      worker.ref()
      calls += 1
      // The worker answers each question with the answer of its kind.
      waiting.set(calls, { answer: answer as (value: unknown) => void, fail })
      worker.postMessage({ call: calls, ask, with: asked }, give)
    })

  return { ask, close: async () => void (await worker?.terminate()) }
}
