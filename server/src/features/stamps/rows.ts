import type { Tx } from '#db/within.ts'

const authority = ['name', 'url', 'roots', 'added_at', 'ended_at', 'tried_at', 'failure', 'failing_since'] as const

export const authorityRows = (tx: Tx) => tx.selectFrom('time_authority').select(authority).orderBy('added_at').execute()
export type AuthorityRow = Awaited<ReturnType<typeof authorityRows>>[number]

export const activeAuthorities = (tx: Tx) =>
  tx.selectFrom('time_authority').select(authority).where('ended_at', 'is', null).orderBy('added_at').execute()

export const insertAuthority = (tx: Tx, row: { name: string; url: string; roots: string; added_at: Date }) =>
  tx.insertInto('time_authority').values(row).execute()

export const setAuthority = (
  tx: Tx,
  name: string,
  change: Partial<Pick<AuthorityRow, 'url' | 'roots' | 'ended_at' | 'tried_at' | 'failure' | 'failing_since'>>,
) => tx.updateTable('time_authority').set(change).where('name', '=', name).executeTakeFirst()

const stamp = ['size', 'authority', 'note', 'response', 'time', 'chain', 'crls', 'made_at'] as const

/** The newest stamp of each authority over at most so many entries. */
export const newestStamps = (tx: Tx, most: number) =>
  tx
    .selectFrom('time_stamp')
    .select(stamp)
    .distinctOn('authority')
    .where('size', '<=', most)
    .orderBy('authority')
    .orderBy('size', 'desc')
    .execute()
export type StampRow = Awaited<ReturnType<typeof newestStamps>>[number]

/** The first stamp of each authority over more than `position` entries: the earliest time that it gives an entry there. */
export const firstStampsAfter = (tx: Tx, position: number, most: number) =>
  tx
    .selectFrom('time_stamp')
    .select(stamp)
    .distinctOn('authority')
    .where('size', '>', position)
    .where('size', '<=', most)
    .orderBy('authority')
    .orderBy('size')
    .execute()

export const isStamped = async (tx: Tx, size: number, name: string): Promise<boolean> =>
  (await tx
    .selectFrom('time_stamp')
    .select('size')
    .where('size', '=', size)
    .where('authority', '=', name)
    .executeTakeFirst()) !== undefined

/** Keeps a stamp. Of two over the same tree by one authority, the first is kept: it states the earlier time. */
export const insertStamp = (tx: Tx, row: StampRow) =>
  tx
    .insertInto('time_stamp')
    .values(row)
    .onConflict((conflict) => conflict.columns(['agency_id', 'size', 'authority']).doNothing())
    .execute()
