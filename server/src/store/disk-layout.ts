import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ObjectId } from '@sallyport/core/ids'

export const filesOnly = 0o600
const ownerOnly = 0o700

/** Where the parts of one object lie. Names are random ids, so a listing of the folder says nothing. */
export type Places = {
  /** The finished object. */
  readonly object: string
  /** The object while it is being written: header and whole segments. */
  readonly part: string
  /** Beside it: how much of it is durable, and what does not fill a segment yet. */
  readonly tail: string
}

export const incomingFolder = (folder: string): string => join(folder, 'incoming')

/** Throws on anything but a UUID: an id becomes part of a path. */
export function placesOf(folder: string, id: ObjectId): Places {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new Error('an object is named by a UUID')
  return {
    object: join(folder, id.slice(0, 2), `${id}.sealed`),
    part: join(incomingFolder(folder), `${id}.part`),
    tail: join(incomingFolder(folder), `${id}.tail`),
  }
}

/** The name of what will be `path` as soon as it is whole. */
export const unfinished = (path: string): string => `${path}.new`

/** Makes a folder that outlives a loss of power. Its parent must exist. */
export async function makeFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: ownerOnly })
  if (made) await syncFolder(dirname(made))
}

/** A name that was made, moved or removed is only durable when its folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Replaces a small file. `durable` waits for the disk; without it the old or the new one is found. */
export async function replaceFile(path: string, bytes: Uint8Array, durable: boolean): Promise<void> {
  const file = await open(unfinished(path), 'w', filesOnly)
  try {
    await file.writeFile(bytes)
    if (durable) await file.sync()
  } finally {
    await file.close()
  }
  await rename(unfinished(path), path)
  if (durable) await syncFolder(dirname(path))
}

export const removeFile = (path: string): Promise<void> => rm(path, { force: true })
