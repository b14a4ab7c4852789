import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdtemp, open, rmdir, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBytes, sealBytes } from '#keys/primitives.ts'

/**
 * What is gathered while a bag is written and comes at its end: lists of a million files must not take
 * memory, and names must not lie on a disk in clear.
 *
 * A little stays in memory. More goes, sealed in portions under a key that only this process holds, into a
 * file that has no name any more: it is gone with the process, whatever ends it.
 */
export type Spool = {
  readonly add: (part: string | Uint8Array) => Promise<void>
  /** Bytes that were added. */
  readonly size: () => number
  /** Everything, in the order in which it was added. Once, and then it is let go. */
  readonly read: () => AsyncGenerator<Uint8Array>
  readonly close: () => Promise<void>
}

const portion = 512 * 1024

export function newSpool(): Spool {
  const key = randomBytes(32)
  let waiting: Uint8Array[] = []
  let [pending, size] = [0, 0]
  let file: FileHandle | undefined
  const sealed: number[] = []
  const spill = async () => {
    file ??= await nameless()
    const whole = sealBytes(key, `spool ${sealed.length}`, Buffer.concat(waiting))
    await file.write(whole)
    sealed.push(whole.length)
    waiting = []
    pending = 0
  }
  const close = async () => {
    key.fill(0)
    waiting = []
    await file?.close()
    file = undefined
  }
  return {
    size: () => size,
    async add(part) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part
      waiting.push(bytes)
      pending += bytes.length
      size += bytes.length
      if (pending >= portion) await spill()
    },
    async *read() {
      try {
        for (let [nth, at] = [0, 0]; nth < sealed.length; nth += 1) {
          const length = sealed[nth] ?? 0
          const { buffer } = (await file?.read(Buffer.alloc(length), 0, length, at)) ?? {}
          const plain = buffer && openBytes(key, `spool ${nth}`, buffer)
          if (!plain) throw new Error('What was put aside for the end of a bag cannot be read.')
          at += length
          yield plain
        }
        if (pending > 0) yield Buffer.concat(waiting)
      } finally {
        await close()
      }
    },
    close,
  }
}

async function nameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-'))
  const path = join(folder, 'spool')
  const file = await open(path, 'wx+', 0o600)
  await unlink(path)
  await rmdir(folder)
  return file
}
