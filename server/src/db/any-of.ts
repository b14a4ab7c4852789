import { type RawBuilder, sql } from 'kysely'

/**
 * For `id = any(…)`: one parameter, however many ids there are. In a list `in (…)` each is one, and the
 * protocol counts parameters in 16 bits: a case of 70,000 items could not be exported.
 */
export const anyOf = <Id extends string>(ids: readonly Id[]): RawBuilder<Id> => sql<Id>`any(${[...ids]}::uuid[])`
