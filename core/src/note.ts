import { base64, concat, equal, hex, text, unbase64, unhex, utf8 } from './bytes.ts'
import type { Sha256 } from './sha256.ts'

/** Whether a signature fits. A key or signature that is none at all gives false; it may also throw. */
export type VerifySignature = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>

/**
 * The signatures that a machine can check: Ed25519 of RFC 8032 (key of 32 bytes, signature of 64) and,
 * where it has it, ML-DSA-44 of FIPS 204 (1,312 and 2,420 bytes, pure, with an empty context).
 */
export type Verifiers = { readonly ed25519: VerifySignature; readonly mldsa44?: VerifySignature }

/** The signature types of C2SP signed-note that are known here, by the byte that stands before the key. */
export const keyType = { ed25519: 0x01, ed25519Cosigner: 0x04, mldsa44Cosigner: 0x06 } as const

/** A public key under its name, as C2SP signed-note has it. `type` is one of {@link keyType}. */
export type VerifierKey = {
  readonly name: string
  readonly type: number
  readonly key: Uint8Array
  /** Four bytes that tell keys of one name apart. They are no fingerprint: anyone can find a second key with them. */
  readonly id: Uint8Array
}

export type NoteSigner = {
  readonly key: VerifierKey
  readonly sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>
}

export type NoteSignature = { readonly name: string; readonly id: Uint8Array; readonly signature: Uint8Array }

/** A text that ends in a newline, and the signatures under it. */
export type Note = { readonly text: string; readonly signatures: readonly NoteSignature[] }

/**
 * What came of checking a note. `forged` names a known key whose signature does not fit: the whole
 * note is then worth nothing, even if another key's signature does (C2SP signed-note).
 */
export type Signed =
  | { readonly is: 'signed'; readonly by: readonly VerifierKey[] }
  | { readonly is: 'unsigned' }
  | { readonly is: 'forged'; readonly by: VerifierKey }

const keyLengths: ReadonlyMap<number, number> = new Map([
  [keyType.ed25519, 32],
  [keyType.ed25519Cosigner, 32],
  [keyType.mldsa44Cosigner, 1312],
])
/** The specification asks for at least 16, and a post-quantum signature has up to 5 kB. */
const mostSignatures = 64
const longestNote = 1_000_000
/** The base64 of the longest known key and its type. */
const longestKey = 1752

/** Makes the key of a name; throws if the name, the type or the length of the key is none. */
export function noteKey(hash: Sha256, { name, type, key }: Omit<VerifierKey, 'id'>): VerifierKey {
  if (!isKeyName(name)) throw new TypeError(`${name} is no key name: it must not be empty or hold a space or a plus`)
  if (key.length !== keyLengths.get(type))
    throw new TypeError(`a key of type ${type} does not have ${key.length} bytes`)
  return { name, type, key, id: hash(concat(utf8(`${name}\n`), Uint8Array.of(type), key)).slice(0, 4) }
}

/** Makes the note key of an Ed25519 public key. */
export const ed25519Key = (hash: Sha256, name: string, key: Uint8Array): VerifierKey =>
  noteKey(hash, { name, type: keyType.ed25519, key })

/** The text of a key: name, key id and key, with a plus between them. */
export const writeVkey = ({ name, id, type, key }: VerifierKey): string =>
  `${name}+${hex(id)}+${base64(concat(Uint8Array.of(type), key))}`

/** Reads a vkey; undefined if it is malformed, of a type that is not known here, or its id is not its key's. */
export function readVkey(hash: Sha256, vkey: string): VerifierKey | undefined {
  // Base64 has plus signs of its own, names have none.
  const [, name = '', digits = '', encoded = ''] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/u.exec(vkey) ?? []
  const bytes = encoded.length > longestKey ? undefined : unbase64(encoded)
  const id = unhex(digits)
  const type = bytes?.[0] ?? 0
  if (!bytes || !id || bytes.length - 1 !== keyLengths.get(type) || !isKeyName(name)) return undefined
  const key = noteKey(hash, { name, type, key: bytes.slice(1) })
  return equal(key.id, id) ? key : undefined
}

export const writeNote = ({ text, signatures }: Note): Uint8Array<ArrayBuffer> =>
  utf8(`${text}\n${writeSignatures(signatures)}`)

/** The lines of signatures, as they stand under a text and as a witness answers. */
export const writeSignatures = (signatures: readonly NoteSignature[]): string =>
  signatures.map(({ name, id, signature }) => `— ${name} ${base64(concat(id, signature))}\n`).join('')

/** Reads lines of signatures, one at least and 64 at most; undefined if any of them is not one to the letter. */
export function readSignatures(lines: string): NoteSignature[] | undefined {
  if (!lines.endsWith('\n') || lines.length > longestNote) return undefined
  const all = lines.slice(0, -1).split('\n')
  if (all.length > mostSignatures) return undefined
  const signatures = all.map(readSignature).filter((signature) => signature !== undefined)
  return signatures.length === all.length ? signatures : undefined
}

/**
 * Reads a signed note (C2SP signed-note); undefined if it is not one to the letter.
 *
 * Nothing is verified here. The text of a note means nothing before {@link verifyNote} says `signed`.
 */
export function readNote(bytes: Uint8Array): Note | undefined {
  const whole = bytes.length > longestNote ? undefined : decoded(bytes)
  // oxlint-disable-next-line no-control-regex -- the specification forbids just these
  if (whole === undefined || /[\u0000-\u0009\u000b-\u001f]/.test(whole)) return undefined
  const end = whole.lastIndexOf('\n\n')
  const signatures = end < 0 ? undefined : readSignatures(whole.slice(end + 2))
  return signatures && { text: whole.slice(0, end + 1), signatures }
}

function readSignature(line: string): NoteSignature | undefined {
  const [, name = '', encoded = ''] = /^— (\S+) (\S+)$/u.exec(line) ?? []
  const bytes = unbase64(encoded)
  if (!bytes || bytes.length < 5 || !isKeyName(name)) return undefined
  return { name, id: bytes.slice(0, 4), signature: bytes.slice(4) }
}

/** Signs a text with one key or several. */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<Note> {
  if (!text.endsWith('\n')) throw new TypeError('the text of a note ends in a newline')
  const message = utf8(text)
  const signatures = await Promise.all(
    signers.map(async ({ key: { name, id }, sign }) => ({ name, id, signature: await sign(message) })),
  )
  return { text, signatures }
}

/**
 * Checks a note against keys that the caller has reason to trust; a key that came with the note
 * proves nothing about who signed it. Signatures of other keys are passed over, even if they share
 * a name or an id with a known one. So are those of cosigners' keys, whose signatures are about
 * checkpoints and no other text: `cosignature.ts` checks them.
 */
export async function verifyNote(
  note: Note,
  { keys, verify }: { readonly keys: readonly VerifierKey[]; readonly verify: Verifiers },
): Promise<Signed> {
  const message = utf8(note.text)
  const by: VerifierKey[] = []
  for (const { name, id, signature } of note.signatures) {
    const key = keys.find((known) => isOf(known, { name, id }) && known.type === keyType.ed25519)
    if (!key) continue
    const fits = signature.length === 64 && (await verify.ed25519(key.key, message, signature))
    if (!fits) return { is: 'forged', by: key }
    if (!by.includes(key)) by.push(key)
  }
  return by.length > 0 ? { is: 'signed', by } : { is: 'unsigned' }
}

/** Whether a signature says that it is this key's. */
export const isOf = (key: VerifierKey, { name, id }: Pick<NoteSignature, 'name' | 'id'>): boolean =>
  key.name === name && equal(key.id, id)

// U+0085 is a space to Go's unicode.IsSpace, which the other implementations follow, but not to \s.
const isKeyName = (name: string) => name !== '' && !/[\s\p{Z}\u0085+]/u.test(name)

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return text(bytes)
  } catch {
    return undefined
  }
}
