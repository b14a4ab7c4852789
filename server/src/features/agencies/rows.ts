import type { AgencyId } from '@sallyport/core/ids'
import { sql } from 'kysely'
import type { Tx } from '#db/within.ts'

/** The whole directory; the caller must be the server itself (see `noAgency`). */
export const directory = (tx: Tx) =>
  tx.selectFrom('directory').select(['agency_id', 'slug']).orderBy('created_at').execute()

export const agencyFile = (tx: Tx) =>
  tx
    .selectFrom('agency_file as file')
    .innerJoin('directory', 'directory.agency_id', 'file.agency_id')
    .selectAll('file')
    .select('directory.slug')
    .executeTakeFirstOrThrow()

export type AgencyFile = Awaited<ReturnType<typeof agencyFile>>

type New = Omit<AgencyFile, 'agency_id' | 'reasons'> & { readonly id: AgencyId }

export async function insertAgency(tx: Tx, { id, slug, ...file }: New): Promise<void> {
  await tx.insertInto('directory').values({ agency_id: id, slug, created_at: file.created_at }).execute()
  await tx
    .insertInto('agency_file')
    .values({ ...file, agency_id: id })
    .execute()
}

export type Purpose = 'metadata' | 'index' | 'detail'

export const insertAgencyKey = (tx: Tx, { purpose, wrapped, at }: { purpose: Purpose; wrapped: Buffer; at: Date }) =>
  tx.insertInto('agency_key').values({ purpose, version: 1, wrapped, created_at: at }).execute()

export const agencyKeys = (tx: Tx) =>
  tx.selectFrom('agency_key').select(['purpose', 'wrapped']).where('version', '=', 1).execute()

export const changeAgencyRow = (
  tx: Tx,
  changes: Partial<
    Pick<AgencyFile, 'name' | 'time_zone' | 'banner_text' | 'banner_version' | 'password_length' | 'reasons'>
  >,
) => tx.updateTable('agency_file').set(changes).execute()

export async function storedSums(tx: Tx): Promise<{ objects: number; bytes: number }> {
  const { objects, bytes } = await tx
    .selectFrom('object')
    .select(({ fn }) => [fn.countAll<number>().as('objects'), fn.sum<number | null>('sealed_length').as('bytes')])
    .executeTakeFirstOrThrow()
  return { objects: Number(objects), bytes: Number(bytes ?? 0) }
}

/** What PostgreSQL says of itself: its version, and whether it would notice a page that rotted on disk. */
export async function databaseState(tx: Tx): Promise<{ version: string; dataChecksums: boolean }> {
  const { rows } = await sql<{ version: string; checksums: string }>`
    select current_setting('server_version') as version, current_setting('data_checksums') as checksums`.execute(tx)
  return { version: rows[0]?.version ?? 'unknown', dataChecksums: rows[0]?.checksums === 'on' }
}
