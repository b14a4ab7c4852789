import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { BagFile } from './bag.ts'
import { zipped } from './zip.ts'

const part = new Uint8Array(256 * 1024)

/** Files without end, and what of them was let go. */
function endless() {
  const closed = { files: false, body: false }
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield part
    } finally {
      closed.body = true
    }
  }
  async function* files(): AsyncGenerator<BagFile> {
    try {
      for (let at = 0; ; at += 1) yield { path: `${at}`, body: body(), size: 2 ** 40 }
    } finally {
      closed.files = true
    }
  }
  return { closed, files: files() }
}

test('an export that is cut off lets go of the file it was reading', async () => {
  const { closed, files } = endless()

  let received = 0
  for await (const bytes of zipped(files, { folder: 'bag', at: new Date() })) {
    received += bytes.length
    if (received > 2 ** 20) break
  }
  await pause(50)

  assert.deepEqual(closed, { files: true, body: true })
})

test('an export breaks off with what went wrong in the file that was being read', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield part
    throw new Error('the stored bytes do not check')
  }
  async function* files(): AsyncGenerator<BagFile> {
    yield { path: 'a', body: broken(), size: 2 * part.length }
  }

  const reading = Array.fromAsync(zipped(files(), { folder: 'bag', at: new Date() }))

  await assert.rejects(reading, /do not check/)
})
