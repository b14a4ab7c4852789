import type { Verifiers } from '@sallyport/core/note'
import type { Sha256 } from '@sallyport/core/sha256'
import type { StampPorts } from '@sallyport/core/stamp'

/** A file as the folder lists it. `plain` is false for links, devices and whatever else is not a file. */
export type Listed = { readonly path: string; readonly size: number; readonly plain: boolean }

/** Lower-case hexadecimal. A host that has no SHA-512 for streams leaves it out even if asked; the report says so. */
export type Digests = { readonly sha256: string; readonly sha512?: string }

export type Hashing = { readonly sha512: boolean; readonly onBytes: (count: number) => void }

/**
 * A folder to be judged: on a disk, or dragged into a browser. Paths are relative, with `/`.
 *
 * Whoever made it may be hostile, so the judgement asks for listed plain files only, never for a
 * path that it read in one.
 */
export type Folder = {
  readonly list: () => Promise<readonly Listed[]>
  readonly read: (path: string) => Promise<Uint8Array>
  /** The same in parts, for what grows with the number of entries. */
  readonly stream: (path: string) => AsyncIterable<Uint8Array>
  readonly digest: (file: Pick<Listed, 'path' | 'size'>, how: Hashing) => Promise<Digests>
}

/** The folder, and the machine's own cryptography. */
export type Host = {
  readonly folder: Folder
  readonly hash: Sha256
  readonly verify: Verifiers
  readonly stamps: StampPorts
}

/** No file that is read as a whole is larger in any bag or ledger that a vault makes. */
export const largestRead = 64 * 1024 * 1024
