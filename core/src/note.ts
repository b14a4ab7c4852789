import { base64, concat, equal, hex, text, unbase64, unhex, utf8 } from './bytes.ts'
import type { Sha256 } from './sha256.ts'

/** Ed25519 of RFC 8032: a 32-byte public key and a 64-byte signature. */
export type Ed25519Verify = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>

/** A public key under its name, as C2SP signed-note has it. `type` 1 is Ed25519. */
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

const ed25519 = 1
/** The specification asks for at least 16, and a post-quantum signature has up to 5 kB. */
const mostSignatures = 64
const longestNote = 1_000_000

/** Makes the note key of an Ed25519 public key. */
export function ed25519Key(hash: Sha256, name: string, key: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw new TypeError(`${name} is no key name: it must not be empty or hold a space or a plus`)
  if (key.length !== 32) throw new TypeError('an Ed25519 public key has 32 bytes')
  return { name, type: ed25519, key, id: keyId(hash, { name, type: ed25519, key }) }
}

const keyId = (hash: Sha256, { name, type, key }: Omit<VerifierKey, 'id'>): Uint8Array =>
  hash(concat(utf8(`${name}\n`), Uint8Array.of(type), key)).slice(0, 4)

/** The text of a key: name, key id and key, with a plus between them. */
export const writeVkey = ({ name, id, type, key }: VerifierKey): string =>
  `${name}+${hex(id)}+${base64(concat(Uint8Array.of(type), key))}`

/** Reads a vkey; undefined if it is malformed, of another type than Ed25519, or its id is not its key's. */
export function readVkey(hash: Sha256, vkey: string): VerifierKey | undefined {
  // Base64 has plus signs of its own, names have none.
  const [, name = '', digits = '', encoded = ''] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/u.exec(vkey) ?? []
  const bytes = unbase64(encoded)
  const id = unhex(digits)
  if (!bytes || !id || bytes.length !== 33 || bytes[0] !== ed25519 || !isKeyName(name)) return undefined
  const key = ed25519Key(hash, name, bytes.slice(1))
  return equal(key.id, id) ? key : undefined
}

export const writeNote = ({ text, signatures }: Note): Uint8Array<ArrayBuffer> =>
  utf8(
    `${text}\n${signatures.map(({ name, id, signature }) => `— ${name} ${base64(concat(id, signature))}\n`).join('')}`,
  )

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
  if (end < 0 || !whole.endsWith('\n')) return undefined
  const lines = whole.slice(end + 2, -1).split('\n')
  if (lines.length > mostSignatures) return undefined
  const signatures = lines.map(readSignature).filter((signature) => signature !== undefined)
  return signatures.length === lines.length ? { text: whole.slice(0, end + 1), signatures } : undefined
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
 * a name or an id with a known one.
 */
export async function verifyNote(
  note: Note,
  { keys, verify }: { readonly keys: readonly VerifierKey[]; readonly verify: Ed25519Verify },
): Promise<Signed> {
  const message = utf8(note.text)
  const by: VerifierKey[] = []
  for (const { name, id, signature } of note.signatures) {
    const key = keys.find((known) => known.name === name && equal(known.id, id))
    if (!key) continue
    const fits = signature.length === 64 && (await verify(key.key, message, signature))
    if (!fits) return { is: 'forged', by: key }
    if (!by.includes(key)) by.push(key)
  }
  return by.length > 0 ? { is: 'signed', by } : { is: 'unsigned' }
}

// U+0085 is a space to Go's unicode.IsSpace, which the other implementations follow, but not to \s.
const isKeyName = (name: string) => name !== '' && !/[\s\p{Z}\u0085+]/u.test(name)

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return text(bytes)
  } catch {
    return undefined
  }
}
