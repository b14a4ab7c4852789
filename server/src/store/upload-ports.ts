import type { Sealing } from './object-store.ts'

/** What the store must know of an upload. */
export type Expected = {
  readonly sealing: Sealing
  /** `arrived`: all bytes are here (and perhaps checked), so none may follow. */
  readonly state: 'receiving' | 'arrived' | 'expired'
}

/** Where uploads are kept account of. */
export type UploadPorts = {
  find(id: string): Promise<Expected | undefined>
  /** So many bytes are safe. Also told now and then while a long part arrives. */
  settled(id: string, received: number): Promise<void>
  /**
   * All bytes are safe. Told again, after a crash, when the client next asks. The reply to the last
   * part waits for it; a refusal thrown here is that reply. {@link TusHandler.finish} may be called in it.
   */
  arrived(id: string): Promise<void>
}
