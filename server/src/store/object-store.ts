import { defaultSegmentLength, segmentOverhead } from '@sallyport/core/floe'
import type { ObjectId } from '@sallyport/core/ids'

/** Plain bytes in a whole segment. */
export const plainSegment = defaultSegmentLength - segmentOverhead

/** What the sealing of one object takes. The caller keeps and wipes `key`; the store works on copies. */
export type Sealing = {
  readonly id: ObjectId
  /** 32 bytes, made for this object and used for no other. */
  readonly key: Uint8Array
  /** Names the object (format, agency, object, version). In every key derivation, so below 200 bytes. */
  readonly aad: Uint8Array
  /** Plain bytes of the whole object, known before the first one arrives. */
  readonly length: number
}

/** What the ledger states about a finished object. Digests and tag in hexadecimal. */
export type Sealed = {
  /** SHA-256 of the plain bytes, in the order in which they stand. */
  readonly sha256: string
  /** SHA-256 of the stored bytes, header included. */
  readonly sealedSha256: string
  readonly sealedLength: number
  readonly headerTag: string
}

/** What must be known, from the ledger and not from the store, to read an object. */
export type Stored = Sealing & Pick<Sealed, 'sealedLength' | 'headerTag'>

/**
 * Where sealed objects lie. No implementation ever stores a clear byte.
 *
 * Whoever holds the store may change, swap, cut or take back what lies in it. Every such change is
 * found when the object is read ({@link Reading}), as long as key, length and header tag come from
 * elsewhere; that an object is still there at all only `check` can tell.
 */
export type ObjectStore = {
  /** Begins a new object. Refuses with {@link DiskFull} what would not fit. */
  begin(sealing: Sealing): Promise<Writing>
  /** Goes on with an object that was begun, also after a crash. {@link Lost} if nothing of it is here. */
  resume(sealing: Sealing): Promise<Writing>
  read(stored: Stored): Promise<Reading>
  /** Takes away an object, finished or not. Only destroying its key destroys what copies of it say. */
  remove(id: ObjectId): Promise<void>
  /** Bytes that new objects may still take, and bytes of the whole. */
  room(): Promise<{ readonly free: number; readonly total: number }>
  /** Every finished object, in no order. */
  list(): AsyncIterable<ObjectId>
  /**
   * Hashes an object as it is stored, without its key. Yields the number of bytes read so far; undefined
   * if it is not here. It tells whether what lies here is what was stored, not what it says.
   */
  digest(id: ObjectId): AsyncGenerator<number, Digested | undefined>
  /** Every file that lies in the store, finished, under way or nobody's, in no order. */
  survey(): AsyncIterable<Lying>
  /** The size of a file that a survey named; undefined if it has gone since. */
  weigh(lying: Lying): Promise<number | undefined>
  /** Ends what works for the store. Writings must have been closed. */
  close(): Promise<void>
}

/**
 * An object that is being written. Calls are made one after the other, each when the last is done.
 *
 * The first error is final for this writing: it must then be closed, and `resume` goes on from what
 * was durable.
 */
export type Writing = {
  readonly length: number
  /** Plain bytes taken in so far. */
  readonly taken: number
  /** Plain bytes that would outlive a loss of power. Grows by itself, and at once with `settle`. */
  readonly received: number
  /** Plain bytes that have been hashed. Behind `taken` while the part that was resumed is read again. */
  readonly checked: number
  /** Takes bytes; a promise only if the writer must wait. The chunk may be used again afterwards. */
  write(chunk: Uint8Array): Promise<void> | undefined
  /** Makes everything taken so far durable and gives its length. */
  settle(): Promise<number>
  /** Seals the last segment and puts the object in its place. All of `length` must have been taken. */
  finish(): Promise<Sealed>
  /** Settles as far as it still can, and lets go. The object can be resumed. */
  close(): Promise<void>
  /** Lets go and takes the object away. */
  destroy(): Promise<void>
}

/** What is wrong with a stored object: the header (or the whole file), or one segment. */
export type Fault = {
  /** Undefined where no single segment is meant. */
  readonly segment: number | undefined
  readonly what: 'missing' | 'header' | 'altered' | 'cut' | 'added'
}

/** The outcome of reading a whole object. `sha256` is only known if every segment opened. */
export type Checked = {
  readonly sha256: string | undefined
  readonly sealedSha256: string | undefined
  readonly faults: readonly Fault[]
}

/** A stored file as it lies there. */
export type Digested = Pick<Sealed, 'sealedSha256' | 'sealedLength'>

/** A file in the store. Undefined `id`: this store never gave it its name. */
export type Lying = { readonly id: ObjectId | undefined; readonly file: string }

export type Reading = {
  /**
   * The plain bytes from `start` up to, not including, `end`. Every value was opened and checked
   * before it is given, the first one before anything is; touches only segments that hold bytes of
   * the range. Throws {@link Altered}.
   *
   * What it gives is what was sealed at that place of this object. It says nothing about the places
   * that were not asked for.
   */
  bytes(start: number, end: number): AsyncIterable<Uint8Array>
  /**
   * Reads everything and reports every fault, not only the first. Yields the number of plain bytes
   * read so far. No fault and both digests as the ledger has them: the object is what was received.
   */
  check(): AsyncGenerator<number, Checked>
  close(): Promise<void>
}

/** There is no room. What was durable before stays so. */
export class DiskFull extends Error {
  override readonly name = 'DiskFull'
}

/** The stored bytes are not those that were sealed. */
export class Altered extends Error {
  override readonly name = 'Altered'
  readonly segment: number | undefined
  readonly what: Fault['what']
  constructor({ segment, what }: Fault) {
    super(segment === undefined ? `the stored object is ${what}` : `segment ${segment} is ${what}`)
    this.segment = segment
    this.what = what
  }
}

/** Nothing of an object that was to be gone on with is here. */
export class Lost extends Error {
  override readonly name = 'Lost'
}
