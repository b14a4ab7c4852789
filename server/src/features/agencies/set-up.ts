import { generateKeyPairSync, randomUUID, timingSafeEqual } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { setUp } from '@sallyport/api/agency'
import type { Asked } from '@sallyport/api/contract'
import { signCheckpoint } from '@sallyport/core/checkpoint'
import type { AgencyId, PersonId } from '@sallyport/core/ids'
import { writeVkey } from '@sallyport/core/note'
import { Refusal } from '@sallyport/core/refusal'
import { emptyEdge, rootOf } from '@sallyport/core/tiles'
import { text } from '@sallyport/core/bytes'
import { unlessTaken } from '#db/taken.ts'
import { type Tx, tell } from '#db/within.ts'
import { doubleWrap, type Released } from '#keys/keyring.ts'
import type { Leases } from '#keys/leases.ts'
import { keepPassphrase, makeAgencyKey } from '#keys/local-file.ts'
import { randomBytes, sha256, wrapKey } from '#keys/primitives.ts'
import { logSigner } from '#ledger/log.ts'
import { beginHead } from '#ledger/rows.ts'
import { bind } from '../people/people.ts'
import { insertPerson } from '../people/rows.ts'
import { mustBeGood } from '../sessions/passwords.ts'
import { isTotpSecret, spendableStep } from '../sessions/totp.ts'
import { insertAgency, insertAgencyKey, type Purpose } from './rows.ts'

/** The links by which an agency may be set up. In memory only: a restart makes new ones. */
export type SetUpLinks = {
  readonly issue: () => string
  readonly holds: (token: string) => boolean
  readonly spend: (token: string) => void
  readonly restore: (token: string) => void
}

export function newSetUpLinks(first: string | undefined): SetUpLinks {
  const open = new Set(first ? [first] : [])
  const same = (a: string, b: string) => timingSafeEqual(sha256(Buffer.from(a)), sha256(Buffer.from(b)))
  return {
    issue() {
      const token = randomBytes(32).toString('base64url')
      open.add(token)
      return token
    },
    holds: (token) => [...open].some((known) => same(known, token)),
    spend: (token) => void open.delete(token),
    restore: (token) => void open.add(token),
  }
}

type Keys = { readonly folder: string; readonly leases: Leases }
export type Prepared = {
  readonly agency: AgencyId
  readonly released: Omit<Released, 'serverKey'>
  readonly step: number
}

/** Checks what can be checked, and makes the keys of the new agency, before any row is written. */
export async function prepare(asked: Asked<typeof setUp>, { folder, leases }: Keys, now: Date): Promise<Prepared> {
  const { administrator, name, passphrase, unlock } = asked
  mustBeGood(administrator.password, { shortest: 8, context: [name, administrator.name, administrator.signInName] })
  const secret = isTotpSecret(administrator.totpSecret) ? administrator.totpSecret : undefined
  const step = secret && spendableStep(administrator.code, { secret, spent: 0, now })
  if (!step) throw new Refusal('enrolment/wrong-code')
  const agency = randomUUID() as AgencyId
  const agencyKey = await makeAgencyKey(folder, agency, passphrase)
  if (unlock === 'by-file') await keepPassphrase(folder, agency, passphrase)
  const released = { agencyKey, metadata: randomBytes(32), index: randomBytes(32), detail: randomBytes(32) }
  leases.release(agency, released, now)
  return { agency, released, step }
}

/** Undoes {@link prepare} when the rows could not be written. */
export async function undo({ agency }: Prepared, { folder, leases }: Keys): Promise<void> {
  leases.withdraw(agency)
  await rm(join(folder, `agency-${agency}.json`), { force: true })
  await rm(join(folder, `passphrase-${agency}`), { force: true })
}

export const slugTaken = { field: 'slug', expected: 'a short name that no other agency of this vault has' }

const purposes: readonly Purpose[] = ['metadata', 'index', 'detail']

type Founding = {
  readonly asked: Asked<typeof setUp>
  readonly prepared: Prepared
  readonly host: string
  readonly serverKey: Buffer
}

/**
 * Writes a new agency: its keys, its ledger with an empty signed tree, and its first administrator.
 *
 * The ledger key is Ed25519 and lies wrapped under the server key, since the ledger must go on when
 * the agency withdraws its own.
 */
export async function found(tx: Tx, { asked, prepared, host, serverKey }: Founding, now: Date) {
  const { agency, released, step } = prepared
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const log = {
    origin: `${host}/agency/${asked.slug}/custody/1`,
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
    seed,
  }
  const row = {
    id: agency,
    slug: asked.slug,
    name: asked.name,
    ori: asked.ori,
    time_zone: asked.timeZone,
    banner_text: asked.bannerText,
    banner_version: sha256(Buffer.from(asked.bannerText)),
    policy: 'cjis-v6' as const,
    password_length: 8,
    unlock: asked.unlock,
    log_origin: log.origin,
    log_public: log.publicKey,
    log_private: wrapKey(serverKey, seed),
    created_at: now,
  }
  await unlessTaken(insertAgency(tx, row), 'request/malformed', slugTaken)
  for (const purpose of purposes)
    await insertAgencyKey(tx, {
      purpose,
      wrapped: doubleWrap({ serverKey, agencyKey: released.agencyKey }, released[purpose]),
      at: now,
    })
  const root = rootOf(sha256, emptyEdge)
  const signer = logSigner(log)
  await beginHead(tx, {
    root,
    note: text(await signCheckpoint({ origin: log.origin, size: 0, root }, signer)),
    at: now,
  })

  const { name, signInName, password, totpSecret, alsoCustodian } = asked.administrator
  const person = randomUUID() as PersonId
  await insertPerson(tx, {
    id: person,
    naming: { name, signInName, badge: null },
    roles: alsoCustodian ? ['administrator', 'custodian'] : ['administrator'],
    at: now,
  })
  await bind(tx, { id: person, password, secret: totpSecret, step }, now)
  const ledgerKey = writeVkey(signer.key)
  tell(tx, [agency, person], { ledgerKey, unlock: asked.unlock })
  return { id: agency, slug: asked.slug, ledgerKey }
}
