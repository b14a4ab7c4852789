import { z } from 'zod'
import { reasonTouches } from '@sallyport/core/access'
import { contract, id, instant, line, prose, sha256Hex } from './contract.ts'
import { newPassword, signInName } from './people.ts'

/** Originating Agency Identifier: nine letters and digits, given out by the FBI (CJISSECPOL IA-0). */
export const ori = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9]{9}$/, 'Nine letters and digits')
export const slug = z.string().regex(/^[a-z0-9](-?[a-z0-9]){1,39}$/, 'Letters, digits and single hyphens')
export const timeZone = z.string().refine(isTimeZone, 'A time zone such as America/Chicago')

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return /^[A-Za-z0-9_+\-/]{1,60}$/.test(name)
  } catch {
    return false
  }
}

export const banner = z.object({ text: z.string(), version: sha256Hex })

export const readEntrance = contract({
  does: 'Tells what a person needs before signing in: the state of the vault, the agencies, and the notice to accept.',
  method: 'GET',
  path: '/entrance',
  permission: 'anyone',
  ledger: 'vault.inspected',
  unentered:
    'It reads no record, only the name, the notice and whether the vault is open, for whoever stands at the door.',
  query: z.strictObject({ agency: slug.optional() }),
  reply: z.object({
    /** `empty`: no agency yet. `sealed`: the agency key is not released to this server. */
    state: z.enum(['empty', 'sealed', 'open']),
    agency: z.object({ slug, name: z.string().nullable() }).nullable(),
    severalAgencies: z.boolean(),
    banner: banner.nullable(),
    demonstration: z.boolean(),
  }),
  refuses: ['request/not-found'],
})

export const beginSetUp = contract({
  does: 'Checks a set-up link and gives the secret for the first authenticator and the wording of the notice.',
  method: 'POST',
  path: '/set-up/begin',
  permission: 'anyone',
  ledger: 'vault.inspected',
  unentered: 'There is no agency yet, so there is no ledger to enter it in.',
  body: z.strictObject({ token: line(200) }),
  reply: z.object({ totpSecret: z.string(), totpUri: z.string(), bannerText: z.string(), keyFolder: z.string() }),
  refuses: ['vault/already-set-up'],
})

export const setUp = contract({
  does: 'Creates an agency with its keys, its ledger and its first administrator. A set-up link works once.',
  method: 'POST',
  path: '/set-up',
  permission: 'anyone',
  ledger: 'agency.created',
  body: z.strictObject({
    token: line(200),
    name: line(120),
    ori,
    slug,
    timeZone,
    bannerText: prose(4000),
    /**
     * `by-hand`: an administrator types the passphrase after each start, and until then nothing can be
     * read. `by-file`: this server keeps the passphrase in a file and opens the vault by itself.
     */
    unlock: z.enum(['by-hand', 'by-file']),
    passphrase: z.string().min(15).max(1000),
    administrator: z.strictObject({
      name: line(120),
      signInName,
      password: newPassword,
      totpSecret: z.string().max(200),
      code: z.string().regex(/^\d{6}$/),
      /** In a small agency the same person may also handle evidence. */
      alsoCustodian: z.boolean().default(false),
    }),
  }),
  reply: z.object({ id: id<'agency'>(), slug, ledgerKey: z.string() }),
  refuses: [
    'vault/already-set-up',
    'enrolment/wrong-code',
    'password/too-short',
    'password/too-long',
    'password/banned',
  ],
})

export const unlockVault = contract({
  does: 'Releases the agency key to this server with the passphrase that was chosen at set-up.',
  method: 'POST',
  path: '/unlock',
  permission: 'anyone',
  ledger: 'key.released',
  body: z.strictObject({ agency: slug.optional(), passphrase: z.string().min(1).max(1000) }),
  reply: z.object({ state: z.literal('open') }),
  refuses: ['vault/wrong-passphrase', 'request/not-found'],
})

export const agency = z.object({
  id: id<'agency'>(),
  slug,
  name: z.string(),
  ori: z.string(),
  timeZone: z.string(),
  banner,
  policy: z.literal('cjis-v6'),
  passwordLength: z.int(),
  /** For which touches of an item a reason is asked; for a download and an export it always is. */
  reasonFor: z.array(z.enum(reasonTouches)),
  createdAt: instant,
})

export const readAgency = contract({
  does: 'Gives the settings of the agency.',
  method: 'GET',
  path: '/agency',
  permission: 'agency.read',
  ledger: 'agency.read',
  reply: agency,
  refuses: [],
})

export const changeAgency = contract({
  does: 'Changes the notice, the name, the time zone, the shortest password, or for what a reason is asked. Never looser than the policy floor.',
  method: 'PATCH',
  path: '/agency',
  permission: 'agency.change',
  ledger: 'agency.changed',
  body: z.strictObject({
    name: line(120).optional(),
    timeZone: timeZone.optional(),
    bannerText: prose(4000).optional(),
    passwordLength: z.int().min(8).max(64).optional(),
    reasonFor: z.array(z.enum(reasonTouches)).max(reasonTouches.length).optional(),
  }),
  reply: agency,
  refuses: [],
})

export const verdict = z.object({
  sound: z.boolean(),
  /** One sentence for a person in a hurry. */
  says: z.string(),
  checkedAt: instant,
  /** What was done, step by step, and what each step proves. */
  steps: z.array(z.object({ did: z.string(), sound: z.boolean(), found: z.string() })),
})

export const readVault = contract({
  does: 'Gives the state of this server: version, ledger, keys, cryptography, database and disk. No content.',
  method: 'GET',
  path: '/vault',
  permission: 'agency.read',
  ledger: 'vault.inspected',
  reply: z.object({
    version: z.string(),
    ledger: z.object({ origin: z.string(), size: z.int(), waiting: z.int(), checkpoint: z.string(), key: z.string() }),
    keys: z.object({ holder: z.string(), unlock: z.enum(['by-hand', 'by-file']), releasedAt: instant.nullable() }),
    cryptography: z.object({ provider: z.string(), fips: z.boolean(), says: z.string() }),
    database: z.object({ version: z.string(), dataChecksums: z.boolean() }),
    storage: z.object({ objects: z.int(), bytes: z.int(), freeBytes: z.int() }),
  }),
  refuses: [],
})

export const checkLedger = contract({
  does: 'Recomputes the whole ledger of the agency from its first entry and compares tiles, signature and database.',
  method: 'POST',
  path: '/ledger/check',
  permission: 'ledger.read',
  ledger: 'ledger.checked',
  reply: verdict,
  refuses: [],
})
