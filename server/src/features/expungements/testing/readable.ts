import type { AgencyId } from '@sallyport/core/ids'
import { sql } from 'kysely'
import { theServer, type Tx, within } from '../../../db/within.ts'
import { openEntry } from '../../../ledger/read.ts'
import { newestEntries } from '../../../ledger/rows.ts'
import { rowsOf } from '../../../testing/house.ts'
import type { TestVault } from '../../../testing/vault.ts'

/** Tables with a sealed column, and the table that its key is named after. */
const sealedColumns = [
  ['item', 'sealed'],
  ['case_file', 'sealed'],
  ['remark', 'sealed'],
  ['person', 'sealed'],
  ['expungement', 'sealed'],
  ['paper', 'sealed'],
  ['export', 'why'],
  ['transfer', 'sealed'],
] as const

/** Everything that the vault can open of an agency with all keys in hand, as one text. */
export const allThatOpens = (vault: TestVault, agency: AgencyId): Promise<string> =>
  within(vault.vault().ground, theServer(agency), async (tx) =>
    [...(await entries(tx)), ...(await records(tx))].join('\n'),
  )

async function entries(tx: Tx): Promise<string[]> {
  const rows = await newestEntries(tx, { limit: 100_000 })
  return rows.map((row) => JSON.stringify(openEntry(tx, row).shown ?? null))
}

async function records(tx: Tx): Promise<string[]> {
  const texts: string[] = []
  for (const [table, column] of sealedColumns) {
    const { rows } = await sql<{ id: string; sealed: Buffer | null }>`
      select id, ${sql.ref(column)} as sealed from ${sql.table(`vault.${table}`)}`.execute(tx)
    for (const { id, sealed } of rows)
      if (sealed) texts.push(JSON.stringify(tx.keys.open({ table, agency: tx.actor.agency, id }, sealed)))
  }
  return texts
}

/**
 * What stands in the rows of an agency as it is stored, in hexadecimal: sealed columns, wrapped keys,
 * secrets, digests. Of one item only, or of everything.
 */
export async function rawValues(vault: TestVault, agency: AgencyId, item?: string): Promise<string[]> {
  const of = (where: string) => (item ? `where ${where}` : '')
  const about = `select entry_id from vault.ledger_subject where subject = '${item}'`
  const questions = [
    `select encode(sealed, 'hex') as v from vault.item ${of(`id = '${item}'`)}`,
    `select encode(sha256, 'hex') as v from vault.item ${of(`id = '${item}'`)}`,
    `select encode(sealed, 'hex') as v from vault.remark ${of(`item_id = '${item}'`)}`,
    `select encode(declared_sha256, 'hex') as v from vault.upload ${of(`item_id = '${item}'`)}`,
    `select encode(wrapped, 'hex') as v from vault.object_key ${of(`object_id in (select id from vault.object where item_id = '${item}')`)}`,
    `select encode(secret, 'hex') as v from vault.ledger_entry ${of(`id in (${about})`)}`,
    `select encode(sealed, 'hex') as v from vault.ledger_entry ${of(`id in (${about})`)}`,
  ]
  const found: string[] = []
  for (const question of questions)
    for (const { v } of await rowsOf<{ v: string | null }>(vault, agency, question)) if (v) found.push(v)
  return found
}
