/**
 * Known answers through the functions that the server uses: `node interop/vectors.ts VECTORS`.
 *
 * Wycheproof knows how implementations fail. What is not tried is counted with its reason: the vault uses one
 * size of key, IV and tag, and nothing in it would take another.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { floe, headerLength } from '@sallyport/core/floe'
import { hmacSha256, stretch, unwrapKey, wrapKey } from '../server/src/keys/primitives.ts'
import { verifiers } from '../server/src/ledger/signatures.ts'
import { nodePrimitives } from '../server/src/store/primitives.ts'

type Vector = Readonly<Record<string, string>> & { readonly tcId: number; readonly result: string }
type Group = {
  readonly keySize?: number
  readonly ivSize?: number
  readonly tagSize?: number
  readonly publicKey?: { readonly pk: string }
  readonly tests: readonly Vector[]
}
/** Whether the vector came out as it must, or why it was not tried. */
type Outcome = boolean | { readonly skipped: string }

const folder = resolve(process.argv[2] ?? '../shared/vectors')
const bytes = (vector: Vector, name: string) => Buffer.from(vector[name] ?? '', 'hex')
const same = (one: Uint8Array | undefined, other: Uint8Array) => one !== undefined && Buffer.from(one).equals(other)
const valid = ({ result }: Vector) => result !== 'invalid'
const longKey = (group: Group) =>
  group.keySize === 256 ? undefined : `keys of ${group.keySize} bits: the vault has 256`

function gcm(vector: Vector, group: Group): Outcome {
  const reason = longKey(group)
  if (reason) return { skipped: reason }
  if (group.ivSize !== 96) return { skipped: `IVs of ${group.ivSize} bits: the vault draws 96` }
  if (group.tagSize !== 128) return { skipped: `tags of ${group.tagSize} bits: the vault has 128` }
  const [key, nonce] = [bytes(vector, 'key'), { iv: bytes(vector, 'iv'), aad: bytes(vector, 'aad') }]
  const [text, tag] = [bytes(vector, 'ct'), bytes(vector, 'tag')]
  const opened = nodePrimitives.open(key, nonce, Buffer.concat([text, tag]))
  if (!valid(vector)) return opened === undefined
  const sealed = nodePrimitives.seal(key, nonce, bytes(vector, 'msg'))
  return same(opened, bytes(vector, 'msg')) && same(sealed.text, text) && same(sealed.tag, tag)
}

function wrap(vector: Vector, group: Group): Outcome {
  const reason = longKey(group)
  if (reason) return { skipped: reason }
  const [key, message, wrapped] = [bytes(vector, 'key'), bytes(vector, 'msg'), bytes(vector, 'ct')]
  const opened = unwrapKey(key, wrapped)
  if (vector.result === 'acceptable') return { skipped: 'keys of 8 bytes, which may be taken or refused: refused here' }
  if (!valid(vector)) return opened === undefined
  return same(opened, message) && same(wrapKey(key, message), wrapped)
}

const hmac =
  (mac: (key: Uint8Array, message: Uint8Array) => Uint8Array) =>
  (vector: Vector, { tagSize = 0 }: Group): Outcome => {
    const made = mac(bytes(vector, 'key'), bytes(vector, 'msg')).subarray(0, tagSize / 8)
    return same(made, bytes(vector, 'tag')) === valid(vector)
  }

async function pbkdf2(vector: Vector): Promise<Outcome> {
  const password = bytes(vector, 'password')
  const secret = password.toString('utf8')
  if (!same(Buffer.from(secret.normalize('NFC')), password))
    return { skipped: 'passwords that are no text in normal form: the vault takes text only' }
  const rounds = Number(vector['iterationCount'])
  const made = await stretch(secret, { salt: bytes(vector, 'salt'), rounds, bytes: Number(vector['dkLen']) })
  return same(made, bytes(vector, 'dk')) === valid(vector)
}

const ed25519 = async (vector: Vector, { publicKey }: Group): Promise<Outcome> =>
  (await verifiers.ed25519(Buffer.from(publicKey?.pk ?? '', 'hex'), bytes(vector, 'msg'), bytes(vector, 'sig'))) ===
  valid(vector)

const files = {
  aes_gcm: gcm,
  aes_wrap: wrap,
  hmac_sha256: hmac(hmacSha256),
  hmac_sha384: hmac(nodePrimitives.hmacSha384),
  pbkdf2_hmacsha512: pbkdf2,
  ed25519,
} as const satisfies Record<string, (vector: Vector, group: Group) => Outcome | Promise<Outcome>>

async function tryFile(name: keyof typeof files): Promise<boolean> {
  const text = readFileSync(join(folder, 'wycheproof', `${name}_test.json`), 'utf8')
  const { testGroups } = JSON.parse(text) as { testGroups: readonly Group[] }
  const wrong: number[] = []
  const skipped = new Map<string, number>()
  let tried = 0
  for (const group of testGroups)
    for (const vector of group.tests) {
      const outcome = await files[name](vector, group)
      if (typeof outcome === 'object') skipped.set(outcome.skipped, (skipped.get(outcome.skipped) ?? 0) + 1)
      else tried += 1
      if (outcome === false) wrong.push(vector.tcId)
    }
  console.log(`${name}: ${tried} tried, ${wrong.length} wrong${wrong.length > 0 ? ` (${wrong.join(', ')})` : ''}`)
  for (const [reason, count] of skipped) console.log(`  not tried: ${count} with ${reason}`)
  return wrong.length === 0 && tried > 0
}

function openAll(sealed: Uint8Array, rotationBits: number): Buffer | undefined {
  const object = { header: sealed.subarray(0, headerLength), aad: Buffer.from('This is AAD'), rotationBits }
  const { segmentLength, open } = floe(nodePrimitives, new Uint8Array(32), object)
  const parts: Uint8Array[] = []
  for (let at = headerLength, index = 0; at < sealed.length; at += segmentLength, index += 1) {
    const segment = sealed.subarray(at, at + segmentLength)
    const isFinal = new DataView(segment.buffer, segment.byteOffset).getUint32(0) !== 0xffff_ffff
    const part = open(index, isFinal, segment)
    if (!part) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function tryFloe(): boolean {
  const names = readdirSync(join(folder, 'floe')).filter((name) => name.endsWith('_ct.txt'))
  const read = (name: string) => Buffer.from(readFileSync(join(folder, 'floe', name), 'utf8').trim(), 'hex')
  const wrong = names.filter(
    (name) => !same(openAll(read(name), name.includes('rotation') ? 2 : 20), read(name.replace('_ct', '_pt'))),
  )
  console.log(`floe: ${names.length} tried, ${wrong.length} wrong ${wrong.join(', ')}`.trimEnd())
  return wrong.length === 0 && names.length > 0
}

const outcomes = [tryFloe()]
for (const name of Object.keys(files) as (keyof typeof files)[]) outcomes.push(await tryFile(name))
process.exitCode = outcomes.every(Boolean) ? 0 : 1
