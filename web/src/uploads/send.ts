import { type DetailedError, Upload as TusUpload } from 'tus-js-client'
import { carriedCsrf, readRefusal } from '../call.ts'
import type { Phase } from './task.ts'

export type Trouble = {
  readonly phase: Extract<Phase, 'locked' | 'signed-out' | 'failed'>
  readonly says: string
  readonly next: string
  /** The vault did not answer at all: worth another try without being asked. */
  readonly unreachable: boolean
}

export type Sending = { readonly stop: () => Promise<void> }

type Heard = {
  readonly sent: (bytes: number) => void
  /** A part did not get through and is sent again by itself. */
  readonly retrying: () => void
  readonly stored: () => void
  readonly stopped: (trouble: Trouble) => void
}

const part = 32 * 1024 * 1024
const retryDelays = [0, 1000, 2000, 5000, 10_000, 20_000, 30_000, 30_000, 60_000]

/** Refusals that pass by themselves. All others are told to the person at once. */
const passing = new Set(['upload/busy', 'upload/wrong-offset', 'vault/busy', 'request/too-many', 'request/too-slow'])

/** Sends the bytes of an upload by tus 1.0, from wherever the vault says that it stands. */
export function send(file: File, address: string, heard: Heard): Sending {
  const tus = new TusUpload(file, {
    uploadUrl: address,
    chunkSize: part,
    retryDelays,
    storeFingerprintForResuming: false,
    onBeforeRequest: (request) => {
      // The token is read anew each time: it changes when the person unlocks or signs in again.
      request.setHeader('x-sallyport-csrf', carriedCsrf())
      request.setHeader('x-request-id', crypto.randomUUID())
    },
    onShouldRetry: (error) => {
      const again = passesBy(error)
      if (again) heard.retrying()
      return again
    },
    onProgress: (bytes) => heard.sent(bytes),
    onSuccess: () => heard.stored(),
    onError: (error) => heard.stopped(troubleOf(error)),
  })
  tus.start()
  return { stop: () => tus.abort() }
}

function passesBy(error: DetailedError): boolean {
  const refused = refusalIn(error)
  if (refused) return passing.has(refused.code)
  const status = error.originalResponse?.getStatus() ?? 0
  return status === 0 || status >= 500
}

const isDetailed = (error: Error | DetailedError): error is DetailedError => 'originalResponse' in error

function refusalIn(error: Error | DetailedError) {
  const response = isDetailed(error) ? error.originalResponse : null
  try {
    return readRefusal(JSON.parse(response?.getBody() ?? ''), response?.getHeader('x-request-id') ?? '')
  } catch {
    return undefined
  }
}

function troubleOf(error: Error | DetailedError): Trouble {
  const refused = refusalIn(error)
  if (refused) {
    const phase =
      refused.code === 'session/locked' ? 'locked' : refused.code.startsWith('session/') ? 'signed-out' : 'failed'
    return { phase, says: refused.says, next: refused.next, unreachable: false }
  }
  // Answers to HEAD carry no words, only a status.
  const status = isDetailed(error) ? (error.originalResponse?.getStatus() ?? 0) : 0
  if (status === 401)
    return { phase: 'signed-out', says: 'You are signed out.', next: 'Sign in to go on.', unreachable: false }
  if (status === 423)
    return { phase: 'locked', says: 'The session is locked.', next: 'Unlock it to go on.', unreachable: false }
  const unreachable = status === 0 || status >= 500
  return {
    phase: 'failed',
    says: unreachable ? 'The vault did not answer.' : `The vault refused the part (${status}).`,
    next: unreachable ? 'It is tried again every minute. What arrived is kept.' : 'Try again, or cancel the upload.',
    unreachable,
  }
}
