import type { Permission } from '@sallyport/core/access'
import type { Act } from '@sallyport/core/acts'
import type { Id } from '@sallyport/core/ids'
import type { RefusalCode } from '@sallyport/core/refusal'
import { z } from 'zod'

/**
 * One operation of the vault: what the server mounts, the clients call, and OPENAPI.json describes.
 *
 * `permission` is what the actor's roles must hold. `anyone` needs no session (CJISSECPOL AC-14: each
 * is listed in docs/operations/without-sign-in.md with its reason), `signed-in` needs only a session.
 */
export type Contract = {
  readonly does: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: `/${string}`
  readonly permission: Permission | 'signed-in' | 'anyone'
  /** What the ledger records when it succeeds. Refusals are recorded without being asked for. */
  readonly ledger: Act
  /** Why it makes no entry after all: it shows only what stands on the door, to whoever passes by. */
  readonly unentered?: string
  readonly params: z.ZodObject
  readonly query: z.ZodObject
  readonly body: z.ZodType
  /** The form of the reply, or `bytes` for one that is streamed and checked as it goes. */
  readonly reply: z.ZodType | 'bytes'
  readonly refuses: readonly RefusalCode[]
}

type Parts = Omit<Contract, 'params' | 'query' | 'body'> & Partial<Pick<Contract, 'params' | 'query' | 'body'>>

/** Nothing, and nothing more: an unknown field is refused. */
export const nothing = z.strictObject({})

type Filled<C extends Parts> = Omit<C, 'params' | 'query' | 'body'> & {
  readonly params: C['params'] extends z.ZodObject ? C['params'] : typeof nothing
  readonly query: C['query'] extends z.ZodObject ? C['query'] : typeof nothing
  readonly body: C['body'] extends z.ZodType ? C['body'] : typeof nothing
}

/** States an operation. What it does not ask for (`params`, `query`, `body`) must then not be sent. */
export const contract = <const C extends Parts>(parts: C): Filled<C> =>
  ({ params: nothing, query: nothing, body: nothing, ...parts }) as unknown as Filled<C>

type Out<S extends z.ZodType> = z.output<S> extends Record<string, never> ? unknown : z.output<S>
type In<S extends z.ZodType> = z.input<S> extends Record<string, never> ? unknown : z.input<S>

/** What the verb is given: params, query and body in one, parsed. */
export type Asked<C extends Contract> = Out<C['params']> & Out<C['query']> & Out<C['body']>
/** What a client writes: as {@link Asked}, before defaults are filled in. */
export type Asking<C extends Contract> = In<C['params']> & In<C['query']> & In<C['body']>
export type Answered<C extends Contract> = C['reply'] extends z.ZodType ? z.output<C['reply']> : never

/** The one cast by which text becomes an id. Letters of either case name the same thing; the ledger knows one spelling. */
export const id = <Kind extends string>() => z.uuid().toLowerCase() as unknown as z.ZodType<Id<Kind>, string>

/**
 * What is no control character, spelled out: `\P{Cc}` means nothing to readers of docs/OPENAPI.json that are
 * not ECMAScript.
 */
// oxlint-disable-next-line no-control-regex -- these are what it keeps out
const printable = /^[^\u0000-\u001f\u007f-\u009f]*$/u
// oxlint-disable-next-line no-control-regex -- these are what it keeps out, but for tab and line feed
const printableLines = /^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$/u

/** A line of text: trimmed, not empty, without control characters, at most `most` characters. */
export const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(printable, 'No control characters')
    .refine((text) => text.isWellFormed(), 'Not well-formed Unicode')

/** Text of several lines, at most `most` characters. */
export const prose = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(printableLines, 'No control characters')
    .refine((text) => text.isWellFormed(), 'Not well-formed Unicode')

export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits, lower case')
/** A moment in UTC, `2026-03-14T02:14:08.420Z`. */
export const instant = z.iso.datetime()
export const byteCount = z
  .int()
  .min(0)
  .max(2 ** 50)

/** A page of a list: `after` is the cursor that the page before gave. */
export const paging = {
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
}
export const pageOf = <T extends z.ZodType>(row: T) => z.object({ rows: z.array(row), next: z.string().nullable() })

/** A correction or addition to a record. The record itself is never edited. */
export const annotation = z.object({
  field: z.string(),
  was: z.string(),
  says: z.string(),
  why: z.string(),
  at: instant,
  by: z.object({ id: id<'person'>(), name: z.string() }),
})
