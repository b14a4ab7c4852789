import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from '@sallyport/core/bytes'
import { signCheckpoint } from '@sallyport/core/checkpoint'
import type { AgencyId } from '@sallyport/core/ids'
import { readVkey, writeVkey } from '@sallyport/core/note'
import { emptyEdge, rootOf } from '@sallyport/core/tiles'
import { diskHost, nativeSha256 } from '@sallyport/verify/disk-folder'
import { judgeLedger } from '@sallyport/verify/ledger'
import { sql } from 'kysely'
import { type Ground, theServer, within } from '../db/within.ts'
import { insertAgency } from '../features/agencies/rows.ts'
import { sealedRing } from '../keys/keyring.ts'
import { sha256, wrapKey } from '../keys/primitives.ts'
import { type LogParts, logSigner } from '../ledger/log.ts'
import { recordAll } from '../ledger/record.ts'
import { beginHead, leavesFrom, ledgerHead } from '../ledger/rows.ts'
import { tileFolder } from '../ledger/tile-folder.ts'
import { testDatabase } from './database.ts'
import { atEnd } from './postgres.ts'

const database = await testDatabase()
export const serverKey = randomBytes(32)
const ring = sealedRing(serverKey)

/** The ground of ledgers that nobody but the test writes to. */
export const ground: Ground = { db: database.db, keysOf: () => ring }
export const { ownerConfig, appConfig } = database

export type TestLedger = {
  readonly agency: AgencyId
  readonly root: string
  readonly parts: LogParts
  readonly vkey: string
  /** Enters so many acts, in one transaction. */
  readonly enter: (count: number) => Promise<void>
  readonly leaves: () => Promise<Buffer[]>
  readonly head: () => Promise<{ placed: number; size: number; root: Uint8Array; note: string }>
}

/** A new ledger with an empty signed tree, in a folder of its own; `named` as a vault names it, by its agency. */
export async function aLedger({ named = false } = {}): Promise<TestLedger> {
  const agency = randomUUID() as AgencyId
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-ledger-'))
  atEnd(() => rm(folder, { recursive: true, force: true }))
  const root = named ? join(folder, agency) : folder
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const origin = `vault.test/agency/${agency}/custody/1`
  const log = { origin, publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32), seed }
  const signer = logSigner(log)
  const at = new Date()
  const empty = rootOf(sha256, emptyEdge)
  await within(ground, theServer(agency), async (tx) => {
    await insertAgency(tx, {
      id: agency,
      slug: `l${agency.slice(0, 8)}`,
      name: 'Ledger PD',
      ori: 'OH0LEDGER',
      time_zone: 'America/New_York',
      banner_text: 'A notice.',
      banner_version: sha256(Buffer.from('A notice.')),
      policy: 'cjis-v6',
      password_length: 8,
      unlock: 'by-hand',
      log_origin: origin,
      log_public: log.publicKey,
      log_private: wrapKey(serverKey, seed),
      created_at: at,
    })
    await beginHead(tx, { root: empty, note: text(await signCheckpoint({ origin, size: 0, root: empty }, signer)), at })
  })
  const read = <T>(work: Parameters<typeof within<T>>[2]) => within(ground, theServer(agency), work)
  return {
    agency,
    root,
    vkey: writeVkey(signer.key),
    parts: { ground, agency, serverKey, folder: tileFolder(root), now: () => new Date() },
    enter: (count) =>
      read(async (tx) => {
        const one = { act: 'vault.inspected' as const, on: [randomUUID()], detail: {}, at: new Date() }
        await recordAll(
          tx,
          Array.from({ length: count }, () => one),
        )
      }),
    leaves: () => read((tx) => leavesFrom(tx, 0, 1_000_000)),
    head: () =>
      read(async (tx) => {
        const head = await ledgerHead(tx)
        if (!head) throw new Error('The ledger has no head.')
        return head
      }),
  }
}

/** The root over leaves as RFC 6962 section 2.1 writes it down, and no other way. */
export function naiveRoot(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return sha256(Buffer.alloc(0))
  const [only] = leaves
  if (leaves.length === 1 && only) return sha256(Buffer.concat([Buffer.of(0), only]))
  const half = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  return sha256(Buffer.concat([Buffer.of(1), naiveRoot(leaves.slice(0, half)), naiveRoot(leaves.slice(half))]))
}

/**
 * The faults that the offline verifier finds in a published ledger, with the key that the agency gave.
 *
 * A vault that runs may publish more while its folder is being read; what is really wrong is wrong again.
 */
export async function faultsIn(folder: string, vkey: string): Promise<readonly string[]> {
  const key = readVkey(nativeSha256, vkey)
  if (!key) throw new Error('That is not the key of a log.')
  const judge = async () => {
    const judged = await judgeLedger(diskHost(folder, { sha512: false }), { key })
    return judged ? judged.faults.map(({ code, at }) => `${code} ${at}`) : ['not a ledger']
  }
  for (let tries = 0; tries < 5; tries += 1) {
    const faults = await judge().catch(() => undefined)
    if (faults?.length === 0) return faults
  }
  return judge()
}

/** Runs a statement as the server's own role, for one agency: what an intruder in the server could try. */
export const asServer = (agency: AgencyId, statement: string): Promise<unknown> =>
  within(ground, theServer(agency), (tx) => sql.raw(statement).execute(tx))
