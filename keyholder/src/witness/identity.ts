import { text, utf8 } from '@sallyport/core/bytes'
import { cosignerKey } from '@sallyport/core/cosignature'
import { ed25519Key, type NoteSigner, writeVkey } from '@sallyport/core/note'
import { Fault } from '../fault.ts'
import { type Algorithm, newPrivateKey, openPair, sha256 } from '../signing.ts'
import type { StateFolder } from '../state/folder.ts'

/** Who a witness is: its name, what it cosigns with, and its vkeys for those who shall trust it. */
export type Identity = {
  readonly name: string
  readonly signers: readonly NoteSigner[]
  /** In every encoding that is in use: type 0x04, the older 0x01 of the same key, and 0x06 if there is one. */
  readonly vkeys: readonly string[]
}

export type Wanted = { readonly name?: string; readonly mldsa?: boolean }

const keyFile = (algorithm: Algorithm) => `keys/${algorithm}.pem`

/**
 * Opens the identity of a witness, and makes it at the first start.
 *
 * The name belongs to the keys: policies name both, so it cannot be changed later. A key that was lost
 * is not made anew in silence, for then everybody would find the witness silent and nobody would know why.
 */
export async function openIdentity(folder: Omit<StateFolder, 'close'>, { name, mldsa }: Wanted): Promise<Identity> {
  const stored = await folder.read('name')
  const own = stored ? text(stored).trimEnd() : name
  if (own === undefined)
    throw new Fault('This witness has no name yet.', 'Give it one, such as --name witness.springfield.gov')
  if (name !== undefined && name !== own)
    throw new Fault(
      `This witness is ${own}, and its keys are known by that name.`,
      'Leave --name out, or take another state folder.',
    )
  const first = await pairFor(folder, 'ed25519', { make: !stored })
  if (!first)
    throw new Fault(`The key of ${own} is missing: ${folder.path}/${keyFile('ed25519')}.`, 'Restore it from a backup.')
  const second = await pairFor(folder, 'ml-dsa-44', { make: mldsa === true })
  const signers = [first, second].flatMap((pair) =>
    pair ? [{ key: cosignerKey(sha256, own, pair.publicKey), sign: pair.sign }] : [],
  )
  if (!stored) await folder.replace('name', utf8(`${own}\n`))
  const [plain, ...others] = signers.map(({ key }) => writeVkey(key))
  return { name: own, signers, vkeys: [plain ?? '', writeVkey(ed25519Key(sha256, own, first.publicKey)), ...others] }
}

async function pairFor(folder: Omit<StateFolder, 'close'>, algorithm: Algorithm, { make }: { readonly make: boolean }) {
  const stored = await folder.read(keyFile(algorithm))
  if (stored) return openPair(algorithm, text(stored))
  if (!make) return undefined
  const pem = newPrivateKey(algorithm)
  await folder.replace(keyFile(algorithm), utf8(pem))
  return openPair(algorithm, pem)
}
