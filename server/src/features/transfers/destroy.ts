import type { ItemId, PersonId, TransferId } from '@sallyport/core/ids'
import type { Tx } from '#db/within.ts'
import { columns, opened, type Party, place, type Sealed, type Statement, type TransferRow } from './rows.ts'

/** What of the statements of transfers an order of a court takes. */
export type Taken = {
  /** Everything that is said of this item. */
  readonly item?: ItemId
  /** The name of this person, wherever they are a party. */
  readonly person?: PersonId
  /** Whatever contains a word that is sought. */
  readonly isNamed: (text: string) => boolean
}

const isTaken = ({ item, person, isNamed }: Taken, statement: Statement): boolean => {
  if (statement.item === item) return true
  const { from, to, case: number, title, why, condition, package: packed } = statement
  const parties = [from, to]
  return (
    parties.some((party) => party.kind === 'person' && party.id === person) ||
    parties.flatMap(textsOf).some(isNamed) ||
    [number, title, why ?? '', condition, packed ?? ''].some(isNamed)
  )
}

const textsOf = (party: Party): string[] =>
  party.kind === 'person' ? [party.name] : [party.name, party.agency, party.badge ?? '']

/** The transfers whose statements an order is about. Their statements stand sealed: each is opened. */
export async function transfersTaken(tx: Tx, taken: Taken): Promise<TransferRow[]> {
  const rows = await tx.selectFrom('transfer').select(columns).orderBy('id').execute()
  return rows.map((row) => opened(tx, row)).filter(({ statement }) => isTaken(taken, statement))
}

/**
 * What a transfer said goes, under an order of a court: all of it with its item, otherwise what names somebody.
 * Who held the item stays, by id. The digest goes too, so an offer that waits cannot be accepted as it was seen.
 */
export async function destroyStatements(
  tx: Tx,
  ids: readonly TransferId[],
  { says, ...taken }: Taken & { says: string },
) {
  for (const { id, statement } of await transfersTaken(tx, taken)) {
    if (!ids.includes(id)) continue
    const sealed = tx.keys.seal(place(tx, id), {
      statement: statement.item === taken.item ? emptied(statement, says) : unnamed(statement, { says, ...taken }),
      digest: '0'.repeat(64),
    } satisfies Sealed)
    await tx.updateTable('transfer').set({ sealed }).where('id', '=', id).execute()
  }
}

const emptied = (statement: Statement, says: string): Statement =>
  unnamed({ ...statement, sha256: null }, { says, isNamed: () => true })

function unnamed(statement: Statement, { says, person, isNamed }: Taken & { says: string }): Statement {
  const of = (text: string): string => (isNamed(text) ? says : text)
  const orNone = (text: string | null): string | null => (text !== null && isNamed(text) ? null : text)
  const party = (one: Party): Party => {
    if (one.kind === 'person') return { ...one, name: one.id === person ? says : of(one.name) }
    return { ...one, name: of(one.name), agency: of(one.agency), badge: orNone(one.badge) }
  }
  return {
    ...statement,
    case: of(statement.case),
    title: of(statement.title),
    from: party(statement.from),
    to: party(statement.to),
    why: orNone(statement.why),
    condition: of(statement.condition),
    package: orNone(statement.package),
  }
}
