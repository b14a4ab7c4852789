import type { AgencyId, ObjectId } from '@sallyport/core/ids'
import { type Ground, theServer, within } from '#db/within.ts'
import type { Lying } from '#store/object-store.ts'
import { type Checking, LeaseLost, type Working } from './check.ts'
import { keepFinding } from './found.ts'
import { countUp, leaseRound, type Standing, standingOf } from './rows.ts'

const atOnce = 500

type Sweeping = Checking & { readonly agencies: () => Promise<readonly AgencyId[]> }

/**
 * Looks at every file in the store for one that no row knows.
 *
 * A row is there before the first byte of an upload is, so what is being written is known at every moment,
 * however the two are read. What an ended upload left over after a crash, and what was destroyed by order,
 * is taken away. Anything else is a finding and stays: the vault removes nothing that it cannot explain,
 * since after the restoration of an old database it would be the newest evidence.
 */
export async function sweep(parts: Sweeping, working: Working): Promise<void> {
  let some: Lying[] = []
  for await (const lying of parts.store.survey()) {
    some.push(lying)
    if (some.length < atOnce) continue
    await sweepSome(parts, working, some)
    some = []
    if (parts.signal.aborted) return
  }
  await sweepSome(parts, working, some)
}

type Stray = { readonly lying: Lying; readonly reason: 'unknown' | 'cancelled' | 'refused' | 'expired' | 'expunged' }

async function sweepSome(parts: Sweeping, working: Working, lying: readonly Lying[]): Promise<void> {
  const ids = lying.flatMap(({ id }) => id ?? [])
  const own = await within(parts.ground, theServer(working.agency), async (tx) => {
    if ((await leaseRound(tx, parts.holder)) !== working.number) throw new LeaseLost()
    return standingOf(tx, ids)
  })
  const others = await knownToOthers(parts, working.agency, ids)
  const removed = new Set<ObjectId>()
  for (const one of lying) {
    const reason = reasonOf(one, own, others)
    // An upload leaves several files under one name; they go together.
    if (!reason || (one.id && removed.has(one.id))) continue
    if (reason !== 'unknown' && one.id) removed.add(one.id)
    await end(parts, working, { lying: one, reason })
  }
}

async function knownToOthers(
  { ground, agencies }: Pick<Sweeping, 'ground' | 'agencies'> & { ground: Ground },
  agency: AgencyId,
  ids: readonly ObjectId[],
): Promise<ReadonlySet<ObjectId>> {
  const known = new Set<ObjectId>()
  for (const other of await agencies()) {
    if (other === agency) continue
    const left = ids.filter((id) => !known.has(id))
    for (const id of (await within(ground, theServer(other), (tx) => standingOf(tx, left))).keys()) known.add(id)
  }
  return known
}

function reasonOf(
  { id }: Lying,
  own: ReadonlyMap<ObjectId, Standing>,
  others: ReadonlySet<ObjectId>,
): Stray['reason'] | undefined {
  const standing = id && own.get(id)
  if (standing === 'cancelled' || standing === 'refused' || standing === 'expired' || standing === 'expunged')
    return standing
  return standing || (id && others.has(id)) ? undefined : 'unknown'
}

async function end(parts: Sweeping, { agency, number }: Working, { lying, reason }: Stray): Promise<void> {
  const { ground, store, holder, now } = parts
  const bytes = await store.weigh(lying)
  if (bytes === undefined) return
  const object = lying.id ?? null
  await within(ground, theServer(agency), async (tx) => {
    const add = { checked: 0, checked_bytes: 0, missing: 0, altered: 0, untracked: 1 }
    if (!(await countUp(tx, { number, holder, add }))) throw new LeaseLost()
    const removed = reason !== 'unknown'
    const finding = { round: number, what: 'untracked', object, item: null, bytes, reason, removed, at: now() } as const
    await keepFinding(tx, finding, object ? [object] : [])
  })
  // After the entry: what is gone without a word would be worse than an entry about what is still there.
  if (object && reason !== 'unknown') await store.remove(object)
}
