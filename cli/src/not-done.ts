import type { RefusalCode } from '@sallyport/core/refusal'
import { Fault } from '@sallyport/keyholder/fault'

/** Thrown when a command cannot do what it was asked: what happened, and what to do now. */
export class NotDone extends Error {
  override readonly name = 'NotDone'
  readonly next: string

  constructor(says: string, next = '') {
    super(says)
    this.next = next
  }
}

/** The vault said no. `request` is the number under which its log and its ledger hold the refusal. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  readonly code: RefusalCode | 'fault'
  readonly next: string
  readonly facts: Readonly<Record<string, string>>
  readonly request: string | undefined

  constructor(status: number, told: Told) {
    super(told.says)
    this.status = status
    this.code = told.code
    this.next = told.next
    this.facts = told.facts
    this.request = told.request
  }
}

export type Told = Pick<Refused, 'code' | 'next' | 'facts' | 'request'> & { readonly says: string }

/** No answer came: the vault is not there, or the way to it is cut. Whether it did the thing is not known. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly next: string

  constructor(says: string, next: string) {
    super(says)
    this.next = next
  }
}

/** What went wrong, as a person or a script is told it. */
export function inWords(error: unknown): { code: string; says: string; next: string; request?: string } {
  if (error instanceof Refused) {
    const { code, message: says, request } = error
    const facts = Object.entries(error.facts).map(([name, value]) => `${name}: ${value}`)
    const next = [error.next, facts.length ? `(${facts.join('; ')})` : ''].filter(Boolean).join(' ')
    return { code, says, next, ...(request && { request }) }
  }
  if (error instanceof NotDone || error instanceof Fault)
    return { code: 'not-done', says: error.message, next: error.next }
  if (error instanceof NoAnswer) return { code: 'no-answer', says: error.message, next: error.next }
  if (error instanceof Error && 'code' in error && 'path' in error)
    return { code: String(error.code), says: `${String(error.path)}: ${fileFault(String(error.code))}`, next: '' }
  const says = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: 'fault', says: `This is a fault of the program itself: ${says}`, next: '' }
}

const fileFaults: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder.',
  EACCES: 'this account may not open it.',
  EPERM: 'this account may not do this.',
  EEXIST: 'it is there already, and is not overwritten.',
  EISDIR: 'it is a folder.',
  ENOTDIR: 'a part of this path is not a folder.',
  ENOSPC: 'the disk is full.',
  EROFS: 'the disk can only be read.',
}

const fileFault = (code: string) => fileFaults[code] ?? `it cannot be used (${code}).`
