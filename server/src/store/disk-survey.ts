import { opendir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { ObjectId } from '@sallyport/core/ids'
import { placesOf, unfinished } from './disk-layout.ts'
import { type Lane, newLane } from './lane.ts'
import type { Lying, ObjectStore } from './object-store.ts'

/**
 * Looks at what lies in the store without opening any of it.
 *
 * It has a thread of its own: hashing everything goes on all the time, and neither who writes nor who
 * reads should wait for it.
 */
export function diskSurvey(folder: string): Pick<ObjectStore, 'list' | 'digest' | 'survey' | 'weigh' | 'close'> {
  const hashing = newLane()
  let numbers = 0
  return {
    digest(id) {
      numbers += 1
      return digestBy(hashing, { of: numbers, path: placesOf(folder, id).object })
    },
    list: () => list(folder),
    survey: () => survey(folder),
    weigh: async ({ file }) => (await stat(join(folder, file)).catch(unlessGone))?.size,
    close: hashing.close,
  }
}

async function* digestBy(lane: Lane, asked: { of: number; path: string }) {
  try {
    for (;;) {
      const step = await lane.ask('digest', asked)
      if ('done' in step) return step.done
      yield step.read
    }
  } finally {
    await lane.ask('closeDigest', { of: asked.of })
  }
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** The id that a file is named by, if this store could have named it so. */
function idIn(folder: string, file: string): ObjectId | undefined {
  const [id] = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.)/.exec(file.slice(file.lastIndexOf('/') + 1)) ?? []
  if (!id) return undefined
  const { object, part, tail } = placesOf(folder, id as ObjectId)
  const own = [object, part, unfinished(part), tail, unfinished(tail)].map((path) => relative(folder, path))
  return own.includes(file) ? (id as ObjectId) : undefined
}

async function* survey(folder: string, under = ''): AsyncGenerator<Lying> {
  for await (const entry of await opendir(join(folder, under))) {
    const file = join(under, entry.name)
    if (entry.isDirectory()) yield* survey(folder, file)
    else yield { id: idIn(folder, file), file }
  }
}

async function* list(folder: string): AsyncGenerator<ObjectId> {
  for await (const { name } of await opendir(folder)) {
    if (!/^[0-9a-f]{2}$/.test(name)) continue
    for await (const file of await opendir(join(folder, name))) {
      // Only this store makes names of this form, from ids.
      if (/^[0-9a-f-]{36}\.sealed$/.test(file.name)) yield file.name.slice(0, 36) as ObjectId
    }
  }
}
