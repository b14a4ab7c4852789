import type { Act } from './acts.ts'
import { base64, concat, text, utf8 } from './bytes.ts'
import { canonical, type Json } from './canonical-json.ts'
import type { Sha256 } from './sha256.ts'

/** How an act ended: it was done, the vault said no, or the vault broke. */
export type Outcome = 'done' | 'refused' | 'failed'

/** The two parts of an entry that the ledger commits to without showing them. */
export type Sealed = 'actor' | 'detail'

/**
 * One entry of the ledger, as its leaf shows it to everyone.
 *
 * A leaf stands in the tree for good, so nothing in it may name a person, a place or a case. `id`
 * and `on` are random UUIDs, `act` is one of a closed list, `actor` and `detail` are salted
 * commitments (Base64 of 32 bytes) to what is kept under a key that can be destroyed.
 */
export type Leaf = {
  readonly v: 1
  readonly id: string
  /** UTC with milliseconds, from the vault's own clock: a claim of the vault, not a proof of time. */
  readonly at: string
  readonly act: string
  readonly outcome: Outcome
  /** What the act was done to: sorted, each once, at most {@link mostSubjects}. */
  readonly on: readonly string[]
  readonly actor: string
  readonly detail: string
}

/** What shows that a commitment was made to a value. */
export type Opening = { readonly salt: Uint8Array; readonly value: Json }

export type NewEntry = {
  readonly id: string
  readonly at: string
  readonly act: Act
  readonly outcome: Outcome
  readonly on: readonly string[]
  readonly actor: Json
  readonly detail: Json
  /** 32 random bytes, used for this entry only. */
  readonly secret: Uint8Array
}

export const mostSubjects = 64

/** The longest entry that an entry bundle can carry (C2SP tlog-tiles: a 16-bit length). */
export const longestLeaf = 65_535

/**
 * The salt of one sealed part: SHA-256 over `sallyport/salt/v1/<field>`, a newline and the secret
 * of the entry. Both salts come from one secret, so destroying it destroys both; either can be
 * shown without showing the other.
 */
export const saltOf = (hash: Sha256, field: Sealed, secret: Uint8Array): Uint8Array =>
  hash(concat(utf8(`sallyport/salt/v1/${field}\n`), whole(secret)))

/**
 * Commits to a value: SHA-256 over `sallyport/entry/v1/<field>`, a newline, the salt (32 bytes) and
 * the canonical JSON of the value.
 *
 * Nobody can later open it to another value (that would be a collision of SHA-256), and without the
 * salt nobody can test a guess, however few the possible values are. So when a court orders an
 * expungement, the secret and the sealed value are destroyed, the commitment then says nothing to
 * anyone, and every proof over the tree still holds.
 */
export const commitment = (hash: Sha256, field: Sealed, { salt, value }: Opening): Uint8Array =>
  hash(concat(utf8(`sallyport/entry/v1/${field}\n`), whole(salt), utf8(canonical(value))))

/** Whether a leaf commits to this value with this salt. It proves what was written, not that it was true. */
export function opens(hash: Sha256, leaf: Leaf, { field, ...opening }: Opening & { readonly field: Sealed }): boolean {
  if (opening.salt.length !== 32) return false
  try {
    return base64(commitment(hash, field, opening)) === leaf[field]
  } catch {
    // A value from a file may have no canonical form, and then nothing was ever committed to it.
    return false
  }
}

/**
 * The bytes that the tree hashes for an entry: the canonical JSON of its {@link Leaf}.
 *
 * Throws a TypeError when a field is not of its form, for example a subject that is no UUID: an
 * entry that could not be read back must not reach the ledger.
 */
export function writeEntry(hash: Sha256, entry: NewEntry): Uint8Array<ArrayBuffer> {
  const { id, at, act, outcome, secret } = entry
  const commit = (field: Sealed) =>
    base64(commitment(hash, field, { salt: saltOf(hash, field, secret), value: entry[field] }))
  const on = [...new Set(entry.on)].sort()
  const leaf = spelled({ v: 1, id, at, act, outcome, on, actor: commit('actor'), detail: commit('detail') })
  if (!parsed(leaf)) throw new TypeError('not an entry that the ledger can hold')
  return utf8(leaf)
}

/**
 * Reads a leaf; undefined if the bytes are not exactly what {@link writeEntry} would have written.
 *
 * Whoever wrote the bytes may be hostile. A second spelling of the same entry (other order, other
 * white space, a name given twice, an unknown name) is refused, since two programs might read it
 * differently. The act need not be one that this version knows: a ledger outlives its programs.
 */
export function readLeaf(bytes: Uint8Array): Leaf | undefined {
  if (bytes.length > longestLeaf) return undefined
  try {
    return parsed(text(bytes))
  } catch {
    return undefined
  }
}

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const instant = '[0-9]{4}-(?:0[1-9]|1[0-2])-[0-3][0-9]T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z'
const verb = '[a-z]+(?:-[a-z]+)*\\.[a-z]+(?:-[a-z]+)*'
// 32 bytes are 43 characters, of which the last carries four bits only: the other two must be zero.
const digest = '[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]='

/**
 * The one spelling of a leaf. Its names are in the order of RFC 8785 and no value can need an
 * escape, so whatever fits is canonical JSON: a test holds this level with the general writer.
 * Reading by this form alone leaves no room for two readings, and is fast enough for millions.
 */
const form = new RegExp(
  `^\\{"act":"(${verb})","actor":"(${digest})","at":"(${instant})","detail":"(${digest})","id":"(${uuid})",` +
    `"on":\\[((?:"${uuid}"(?:,"${uuid}")*)?)\\],"outcome":"(done|refused|failed)","v":1\\}$`,
)

const spelled = ({ id, at, act, outcome, on, actor, detail }: Leaf): string =>
  `{"act":"${act}","actor":"${actor}","at":"${at}","detail":"${detail}","id":"${id}","on":[${on
    .map((subject) => `"${subject}"`)
    .join(',')}],"outcome":"${outcome}","v":1}`

function parsed(leaf: string): Leaf | undefined {
  const [whole, act = '', actor = '', at = '', detail = '', id = '', subjects = '', outcome] = form.exec(leaf) ?? []
  if (whole === undefined || act.length > 64 || !isDay(at)) return undefined
  const on = subjects === '' ? [] : subjects.slice(1, -1).split('","')
  if (on.length > mostSubjects || on.some((subject, place) => place > 0 && subject <= (on[place - 1] as string))) {
    return undefined
  }
  return { v: 1, id, at, act, outcome: outcome as Outcome, on, actor, detail }
}

/** Engines differ over a day such as 30 February, so it is not left to them. */
function isDay(at: string): boolean {
  const [year, month, day] = [Number(at.slice(0, 4)), Number(at.slice(5, 7)), Number(at.slice(8, 10))]
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  return day >= 1 && day <= days
}

function whole(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== 32) throw new TypeError('a salt and a secret are 32 bytes')
  return bytes
}
