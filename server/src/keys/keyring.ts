import { Refusal } from '@sallyport/core/refusal'
import { hmacSha256, openBytes, randomBytes, sealBytes, unwrapKey, wrapKey } from './primitives.ts'

/**
 * The keys of one agency that this server may use now.
 *
 * While the agency key is not released the ring is empty: every method that needs a key refuses with
 * `vault/sealed`. Nothing here is written to disk or to a log.
 */
export type Keyring = {
  readonly released: boolean
  /** Seals what stands in a row, under a key of its table, bound to agency and row. */
  seal(place: Place, value: unknown): Buffer
  /** Opens a sealed column. Throws if it was changed or moved: a fault, never an answer. */
  open(place: Place, sealed: Uint8Array): unknown
  /** A keyed digest by which a row is found (a sign-in name, a case number). 32 bytes. */
  find(field: string, value: string): Buffer
  /** A keyed digest of a search term, cut to 63 bits, as decimal text for a bigint. */
  term(word: string): string
  /** The key that wraps the secret of a new ledger entry: the agency's, or the server's while the ring is empty. */
  entryKey(): { key: Buffer; holder: Holder }
  /** The key that wrapped the secret of an older entry. */
  entryKeyOf(holder: Holder): Buffer
  /** Makes a key of a case (or a working key) and wraps it: under the server key, then the agency key. */
  newKey(): { key: Buffer; wrapped: Buffer }
  unwrap(wrapped: Uint8Array): Buffer
}

/** Whose key wraps the secret of a ledger entry. */
export type Holder = 'agency' | 'server'

/** Where a sealed value stands: it opens nowhere else. */
export type Place = { readonly table: string; readonly agency: string; readonly id: string }

export type Released = {
  readonly serverKey: Buffer
  readonly agencyKey: Buffer
  readonly metadata: Buffer
  readonly index: Buffer
  readonly detail: Buffer
}

const bound = ({ table, agency, id }: Place) => `${table}\n${agency}\n${id}`

/** Wraps a key under the server key, then under the agency key, so that neither alone opens it. 48 bytes for 32. */
export const doubleWrap = ({ serverKey, agencyKey }: Pick<Released, 'serverKey' | 'agencyKey'>, key: Uint8Array) =>
  wrapKey(agencyKey, wrapKey(serverKey, key))

export function doubleUnwrap({ serverKey, agencyKey }: Pick<Released, 'serverKey' | 'agencyKey'>, wrapped: Uint8Array) {
  const inner = unwrapKey(agencyKey, wrapped)
  const key = inner && unwrapKey(serverKey, inner)
  if (!key) throw new Error('A wrapped key does not open: it was changed, or belongs to another agency or server.')
  return key
}

/** Subkeys of the metadata key, so that no key seals more than one table. */
function tableKeys(metadata: Buffer): (table: string) => Buffer {
  const known = new Map<string, Buffer>()
  return (table) => {
    const key = known.get(table) ?? hmacSha256(metadata, 'sallyport/table/v1\n', table)
    known.set(table, key)
    return key
  }
}

export function releasedRing(released: Released): Keyring {
  const keyOf = tableKeys(released.metadata)
  return {
    released: true,
    seal: (place, value) => sealBytes(keyOf(place.table), bound(place), Buffer.from(JSON.stringify(value))),
    open(place, sealed) {
      const plain = openBytes(keyOf(place.table), bound(place), sealed)
      if (!plain) throw new Error(`A sealed row of ${place.table} does not open: ${place.id} was changed or moved.`)
      return JSON.parse(plain.toString('utf8'))
    },
    find: (field, value) => hmacSha256(released.index, 'sallyport/find/v1\n', field, '\n', value),
    term: (word) => (hmacSha256(released.index, 'sallyport/term/v1\n', word).readBigUInt64BE() >> 1n).toString(),
    entryKey: () => ({ key: released.detail, holder: 'agency' }),
    entryKeyOf: (holder) => (holder === 'agency' ? released.detail : serverEntryKey(released.serverKey)),
    newKey() {
      const key = randomBytes(32)
      return { key, wrapped: doubleWrap(released, key) }
    },
    unwrap: (wrapped) => doubleUnwrap(released, wrapped),
  }
}

/** What wraps the secrets of entries that are made while an agency has not released its key. */
const serverEntryKey = (serverKey: Buffer) => hmacSha256(serverKey, 'sallyport/server-entry-key/v1')

const sealed = (): never => {
  throw new Refusal('vault/sealed')
}

/** The ring of an agency that has released nothing: entries can still be written, nothing can be read. */
export const sealedRing = (serverKey: Buffer): Keyring => ({
  released: false,
  seal: sealed,
  open: sealed,
  find: sealed,
  term: sealed,
  entryKey: () => ({ key: serverEntryKey(serverKey), holder: 'server' }),
  entryKeyOf: (holder) => (holder === 'server' ? serverEntryKey(serverKey) : sealed()),
  newKey: sealed,
  unwrap: sealed,
})
