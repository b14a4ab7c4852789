import { getFips } from 'node:crypto'
import type { agency as agencyForm, changeAgency, readVault } from '@sallyport/api/agency'
import { hex } from '@sallyport/core/bytes'
import type { Answered, Asked } from '@sallyport/api/contract'
import { ed25519Key, writeVkey } from '@sallyport/core/note'
import type { z } from 'zod'
import { type Tx, tell } from '#db/within.ts'
import { sha256 } from '#keys/primitives.ts'
import { countWaiting, ledgerHead } from '#ledger/rows.ts'
import { agencyFile, type AgencyFile, changeAgencyRow, databaseState, storedSums } from './rows.ts'

export const bannerOf = ({ banner_text, banner_version }: AgencyFile) => ({
  text: banner_text,
  version: hex(banner_version),
})

const shown = (file: AgencyFile): z.output<typeof agencyForm> => ({
  id: file.agency_id,
  slug: file.slug,
  name: file.name,
  ori: file.ori,
  timeZone: file.time_zone,
  banner: bannerOf(file),
  policy: file.policy,
  passwordLength: file.password_length,
  reasonFor: [...file.reasons],
  createdAt: file.created_at.toISOString(),
})

export const settings = async (tx: Tx) => shown(await agencyFile(tx))

/** Changes the settings. A new notice has a new version: whoever signs in next must accept it. */
export async function change(tx: Tx, asked: Asked<typeof changeAgency>) {
  const { name, timeZone, bannerText, passwordLength, reasonFor } = asked
  const before = shown(await agencyFile(tx))
  const changes = {
    ...(name !== undefined && { name }),
    ...(timeZone !== undefined && { time_zone: timeZone }),
    ...(passwordLength !== undefined && { password_length: passwordLength }),
    ...(reasonFor !== undefined && { reasons: [...new Set(reasonFor)].sort() }),
    ...(bannerText !== undefined && { banner_text: bannerText, banner_version: sha256(Buffer.from(bannerText)) }),
  }
  if (Object.keys(changes).length > 0) await changeAgencyRow(tx, changes)
  const after = shown(await agencyFile(tx))
  tell(tx, [after.id], { before, after })
  return after
}

type Around = {
  readonly version: string
  readonly releasedAt: Date | undefined
  readonly room: { readonly free: number }
}

/** The state of this server for the agency. It claims no validation that it cannot name. */
export async function vaultState(tx: Tx, { version, releasedAt, room }: Around): Promise<Answered<typeof readVault>> {
  const file = await agencyFile(tx)
  const head = await ledgerHead(tx)
  const fips = getFips() === 1
  return {
    version,
    ledger: {
      origin: file.log_origin,
      size: head?.size ?? 0,
      waiting: await countWaiting(tx),
      checkpoint: head?.note ?? '',
      key: writeVkey(ed25519Key(sha256, file.log_origin, file.log_public)),
    },
    keys: {
      holder: 'a file on this server, under a passphrase',
      unlock: file.unlock,
      releasedAt: releasedAt?.toISOString() ?? null,
    },
    cryptography: {
      provider: `OpenSSL ${process.versions.openssl ?? 'unknown'}, as bundled with Node ${process.versions.node}`,
      fips,
      says: fips
        ? 'Only algorithms that the provider marks as approved are used. Whether the provider is validated is for its certificate to say.'
        : 'AES-256, SHA-2, HMAC, PBKDF2 and Ed25519 are used, from a module that is not FIPS 140-3 validated as it stands.',
    },
    database: await databaseState(tx),
    storage: { ...(await storedSums(tx)), freeBytes: room.free },
  }
}
