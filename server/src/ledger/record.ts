import { randomUUID } from 'node:crypto'
import type { Act } from '@sallyport/core/acts'
import { canonical, type Json } from '@sallyport/core/canonical-json'
import { type Outcome, writeEntry } from '@sallyport/core/entry'
import type { EntryId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import type { Actor, Tx } from '#db/within.ts'
import type { Holder } from '#keys/keyring.ts'
import { hmacSha256, randomBytes, sealBytes, sha256, wrapKey } from '#keys/primitives.ts'
import { insertEntries } from './rows.ts'

export type Detail = { readonly [name: string]: Json }

/** What is entered: the act, the things it was done to, and what a court may ask of it later. */
export type Entering = {
  readonly act: Act
  readonly outcome?: Outcome
  readonly on: readonly string[]
  readonly detail: Detail
  readonly at: Date
}

/** Who did it, as the entry commits to it. `null` stands for what is not known. */
const actorShown = ({ person, name, roles, session, address, agent }: Actor): Detail => ({
  id: person ?? null,
  name,
  roles,
  session: session ?? null,
  address: address ?? null,
  agent: agent ?? null,
})

/** The key that seals the detail of one entry. It comes from the secret, and goes with it. */
export const detailKeyOf = (secret: Uint8Array): Buffer => hmacSha256(secret, 'sallyport/detail-key/v1')

type Line = { id: string; leaf: Buffer; secret: Buffer; sealed: Buffer; holder: Holder }

function lineOf(tx: Tx, wrapping: { key: Buffer; holder: Holder }, entering: Entering): Line {
  const { act, outcome = 'done', on, detail, at } = entering
  const id = randomUUID()
  const secret = randomBytes(32)
  const actor = { ...actorShown(tx.actor), clock: { ...tx.clock() } }
  const leaf = writeEntry(sha256, { id, at: at.toISOString(), act, outcome, on, actor, detail, secret })
  const sealed = sealBytes(detailKeyOf(secret), `entry\n${id}`, Buffer.from(canonical({ actor, detail })))
  return { id, leaf: Buffer.from(leaf), secret: wrapKey(wrapping.key, secret), sealed, holder: wrapping.holder }
}

/** PostgreSQL: a conflict, a lack of room or of time, an end of service. These have answers of their own. */
const isPassing = (fault: unknown): boolean => /^(40|53|55|57)/.test(String((fault as { code?: unknown }).code ?? ''))

/**
 * Writes entries into the ledger, in the transaction that does what they say.
 *
 * They have no place in the tree yet: the sequencer gives it once this transaction is committed.
 * If this fails the transaction fails, so nothing happens off the ledger.
 */
export async function recordAll(tx: Tx, entering: readonly Entering[]): Promise<readonly EntryId[]> {
  const wrapping = tx.keys.entryKey()
  const lines = entering.map((one) => lineOf(tx, wrapping, one))
  const rows = lines.map((line, index) => ({
    ...line,
    ...(entering[index] as Entering),
    person: tx.actor.person ?? null,
  }))
  await insertEntries(tx, rows).catch((fault: unknown) => {
    throw isPassing(fault) ? fault : Object.assign(new Refusal('vault/ledger-down'), { cause: fault })
  })
  return lines.map(({ id }) => id as EntryId)
}

export async function record(tx: Tx, entering: Entering): Promise<EntryId> {
  const [id] = await recordAll(tx, [entering])
  return id as EntryId
}
