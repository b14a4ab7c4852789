import { join } from 'node:path'
import { hex, text, utf8 } from '@sallyport/core/bytes'
import { readCheckpoint } from '@sallyport/core/checkpoint'
import { verifyCosignatures } from '@sallyport/core/cosignature'
import {
  isOf,
  type NoteSignature,
  readNote,
  readVkey,
  type VerifierKey,
  writeNote,
  writeVkey,
} from '@sallyport/core/note'
import type { Latest } from '@sallyport/core/witness'
import type { ReadCheckpoint } from '@sallyport/core/cosignature'
import { Fault } from '../fault.ts'
import { sha256, verifiers } from '../signing.ts'
import { namesIn, type StateFolder } from '../state/folder.ts'
import type { Identity } from './identity.ts'

/** A log that this witness was told of, and the last checkpoint that it cosigned: the note, as it is served. */
export type Remembered = {
  readonly origin: string
  /** Where it lies: the SHA-256 of the origin, which also names it to monitors. */
  readonly id: string
  readonly keys: readonly VerifierKey[]
  readonly latest: (Latest & { readonly note: Uint8Array }) | undefined
}

/** What a witness remembers. `turn` runs deeds about one log one after another: to judge and to persist is one step. */
export type Memory = {
  readonly logs: () => readonly Remembered[]
  readonly find: (origin: string) => Remembered | undefined
  readonly named: (id: string) => Remembered | undefined
  readonly persist: (log: Remembered, read: ReadCheckpoint, ours: readonly NoteSignature[]) => Promise<void>
  readonly turn: <T>(origin: string, deed: () => Promise<T>) => Promise<T>
}

export const logId = (origin: string): string => hex(sha256(utf8(origin)))

type Opening = { readonly folder: Omit<StateFolder, 'close'>; readonly identity: Identity }

/**
 * Reads what the witness remembers, and adds the logs that it is told of now.
 *
 * A log's checkpoint is stored as a note with this witness's own cosignature under it, and is empty
 * before the first. One that is missing, or that this witness did not sign, is never taken for "nothing
 * seen yet": with that, whoever can delete a file could have a second history cosigned.
 */
export async function openMemory({ folder, identity }: Opening, told: readonly VerifierKey[]): Promise<Memory> {
  const logs = new Map<string, Remembered>()
  for (const id of await namesIn(join(folder.path, 'logs'))) {
    const log = await recall({ folder, identity }, id)
    if (log) logs.set(log.origin, log)
  }
  for (const key of told) {
    const known = logs.get(key.name)
    if (!known?.keys.some((one) => writeVkey(one) === writeVkey(key)))
      logs.set(key.name, await learn(folder, key, known))
  }
  const turns = new Map<string, Promise<unknown>>()
  return {
    logs: () => [...logs.values()],
    find: (origin) => logs.get(origin),
    named: (id) => [...logs.values()].find((log) => log.id === id),
    async persist(log, { note, checkpoint }, ours) {
      const theirs = note.signatures.filter((signature) => log.keys.some((key) => isOf(key, signature)))
      const bytes = writeNote({ text: note.text, signatures: [...theirs, ...ours] })
      await folder.replace(`logs/${log.id}/checkpoint`, bytes)
      logs.set(log.origin, { ...log, latest: { size: checkpoint.size, root: checkpoint.root, note: bytes } })
    },
    turn(origin, deed) {
      const mine = (turns.get(origin) ?? Promise.resolve()).then(deed)
      const settled = mine.catch(() => undefined)
      turns.set(origin, settled)
      return mine
    },
  }
}

async function learn(folder: Opening['folder'], key: VerifierKey, known: Remembered | undefined): Promise<Remembered> {
  const id = logId(key.name)
  const keys = [...(known?.keys ?? []), key]
  // The empty checkpoint first: a log is known by its keys, and must have one by then.
  if (!known && (await folder.read(`logs/${id}/checkpoint`))) throw changed(folder, { origin: key.name, id })
  if (!known) await folder.replace(`logs/${id}/checkpoint`, new Uint8Array(0))
  await folder.replace(`logs/${id}/vkeys`, utf8(keys.map((one) => `${writeVkey(one)}\n`).join('')))
  return { origin: key.name, id, keys, latest: known?.latest }
}

async function recall({ folder, identity }: Opening, id: string): Promise<Remembered | undefined> {
  const written = await folder.read(`logs/${id}/vkeys`)
  if (!written) return undefined
  const keys = text(written)
    .trimEnd()
    .split('\n')
    .map((line) => readVkey(sha256, line))
    .filter((key) => key !== undefined)
  const origin = keys[0]?.name
  const note = await folder.read(`logs/${id}/checkpoint`)
  const latest = note && (note.length === 0 ? null : await ownCheckpoint(note, identity))
  if (origin === undefined || logId(origin) !== id || latest === undefined || (latest && latest.origin !== origin))
    throw changed(folder, { origin, id })
  return { origin, id, keys, latest: latest ? { size: latest.size, root: latest.root, note: latest.note } : undefined }
}

const changed = ({ path }: Opening['folder'], { origin, id }: { origin: string | undefined; id: string }) =>
  new Fault(
    `What this witness remembers of ${origin ?? 'a log'} is missing or was changed: ${path}/logs/${id}.`,
    'Restore that folder from its newest backup, and compare it with the newest checkpoint of the log before you go on.',
  )

/** A checkpoint that stands under our own cosignature. */
async function ownCheckpoint(bytes: Uint8Array, { signers }: Identity) {
  const note = readNote(bytes)
  const checkpoint = note && readCheckpoint(note.text)
  if (!note || !checkpoint) return undefined
  const found = await verifyCosignatures(
    { note, checkpoint },
    { keys: signers.map(({ key }) => key), verify: verifiers },
  )
  return found.is === 'checked' && found.by.length > 0 ? { ...checkpoint, note: bytes } : undefined
}
