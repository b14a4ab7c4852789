import { Worker } from 'node:worker_threads'

/** A second SHA-512 at work on what is being read, two buffers in turn. */
export type HashingThread = {
  /** A buffer to read into, once the thread has done with what stood in it two turns ago. */
  readonly room: (turn: number) => Promise<Uint8Array>
  readonly update: (turn: number, length: number) => void
  /** The digest of everything since the last `end`, in hexadecimal. */
  readonly end: () => Promise<string>
}

/** What the thread runs. A text, so that the program stays one file that can be copied about. */
const work = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { createHash } = require('node:crypto')
  const rooms = workerData.map((shared) => new Uint8Array(shared))
  let hash = createHash('sha512')
  parentPort.on('message', ({ turn, length }) => {
    if (turn !== undefined) {
      hash.update(rooms[turn % rooms.length].subarray(0, length))
      return parentPort.postMessage('')
    }
    parentPort.postMessage(hash.digest('hex'))
    hash = createHash('sha512')
  })`

/**
 * Starts a thread that computes SHA-512 while the caller computes SHA-256 over the same bytes: a
 * bag lists both (RFC 8493), and one after the other they would take three times as long as SHA-256.
 */
export function hashingThread(size: number): HashingThread {
  const shared = [new SharedArrayBuffer(size), new SharedArrayBuffer(size)]
  const rooms = shared.map((buffer) => new Uint8Array(buffer))
  const waiting: { resolve: (answer: string) => void; reject: (fault: unknown) => void }[] = []
  const busy: Promise<string>[] = []
  let worker: Worker | undefined

  const start = () => {
    const started = new Worker(work, { eval: true, workerData: shared })
    started.on('message', (answer: string) => waiting.shift()?.resolve(answer))
    started.on('error', (fault) => {
      for (const { reject } of waiting.splice(0)) reject(fault)
    })
    return started
  }

  const ask = (message: { turn?: number; length?: number }): Promise<string> => {
    worker ??= start()
    worker.ref()
    worker.postMessage(message)
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
  }

  return {
    async room(turn) {
      await busy[turn % rooms.length]
      return rooms[turn % rooms.length] as Uint8Array
    },
    update(turn, length) {
      busy[turn % rooms.length] = ask({ turn, length })
    },
    async end() {
      const digest = await ask({})
      // So that an idle thread does not keep the program from ending.
      worker?.unref()
      return digest
    },
  }
}
