import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { AgencyId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import { type Ground, theServer, type Tx, within } from '#db/within.ts'
import { record } from '#ledger/record.ts'
import type { ObjectStore } from '#store/object-store.ts'
import { me } from '../cases/standing.ts'
import { type Checking, checkSome, LeaseLost } from './check.ts'
import { newPace, nextRound } from './due.ts'
import { endRound, insertRound, lastRound, leaseRound, releaseRound, setUpAt } from './rows.ts'
import { sweep } from './sweep.ts'

export type FixityRule = { readonly days: number; readonly bytesPerSecond: number }

type Parts = {
  readonly ground: Ground
  readonly store: ObjectStore
  readonly rule: FixityRule
  readonly agencies: () => Promise<readonly AgencyId[]>
  readonly now: () => Date
  readonly poke: (agency: AgencyId) => void
  readonly say: (fault: unknown) => void
}

export type Fixity = {
  readonly rule: FixityRule
  /** Looks for work now instead of in a minute. */
  readonly wake: () => void
  readonly stop: () => Promise<void>
}

const restMs = 60_000

/**
 * Hashes everything that is stored again and again, for all agencies of this server, one step of each in
 * turn. What was checked is committed in small steps: after a stop or a crash the round goes on with the
 * objects whose turn had not come.
 */
export function startFixity(parts: Parts): Fixity {
  const ending = new AbortController()
  const { signal } = ending
  const wait = (ms: number, until: AbortSignal) =>
    pause(ms, undefined, { signal: until, ref: false }).catch(() => undefined)
  const pace = newPace(parts.rule.bytesPerSecond, { clock: () => performance.now(), wait })
  const working = { ...parts, pace, signal, holder: randomUUID() }
  let waking = new AbortController()

  const turns = async () => {
    while (!signal.aborted) {
      waking = new AbortController()
      const busy = await turn(working).catch((fault: unknown) => {
        parts.say(fault)
        return false
      })
      if (!busy) await wait(restMs, AbortSignal.any([signal, waking.signal]))
    }
    await release(working).catch(parts.say)
  }
  const running = turns()
  return {
    rule: parts.rule,
    wake: () => waking.abort(),
    stop() {
      ending.abort()
      return running
    },
  }
}

type Working = Parts & Checking

/** One step for each agency. True if any had something to do. */
async function turn(parts: Working): Promise<boolean> {
  let busy = false
  for (const agency of await parts.agencies()) {
    if (parts.signal.aborted) return false
    busy = (await step(parts, agency)) || busy
  }
  return busy
}

async function step(parts: Working, agency: AgencyId): Promise<boolean> {
  const { ground, holder, now, rule, poke } = parts
  const number = await within(ground, theServer(agency), async (tx) => {
    await beginIfDue(tx, rule, now())
    return leaseRound(tx, holder)
  })
  if (number === undefined) return false
  try {
    if (await checkSome(parts, { agency, number })) return true
    await sweep(parts, { agency, number })
    if (!parts.signal.aborted) await within(ground, theServer(agency), (tx) => end(tx, number, now()))
    return false
  } catch (fault) {
    if (fault instanceof LeaseLost) return false
    throw fault
  } finally {
    poke(agency)
  }
}

async function beginIfDue(tx: Tx, { days }: FixityRule, now: Date): Promise<void> {
  const [last, founded] = [await lastRound(tx), await setUpAt(tx)]
  if (!founded || (last && !last.ended_at)) return
  const past = last?.ended_at ? { begunAt: last.begun_at, endedAt: last.ended_at } : undefined
  if (nextRound(past, founded, days) > now) return
  const begun = await insertRound(tx, { by: null, at: now })
  if (!begun) return
  const detail = { round: begun.number, items: begun.objects, bytes: begun.bytes }
  await record(tx, { act: 'fixity.round-begun', on: [], detail, at: now })
}

/** Begins a round because a person asks for it. The act is entered with their request. */
export async function beginNow(tx: Tx, now: Date): Promise<{ round: number; items: number; bytes: number }> {
  const begun = await insertRound(tx, { by: me(tx), at: now })
  if (!begun) throw new Refusal('fixity/under-way')
  return { round: begun.number, items: begun.objects, bytes: begun.bytes }
}

async function end(tx: Tx, number: number, at: Date): Promise<void> {
  const ended = await endRound(tx, number, at)
  if (!ended) return
  const { checked, checked_bytes: bytes, missing, altered, untracked } = ended
  const detail = { round: number, items: checked, bytes, missing, altered, untracked }
  await record(tx, { act: 'fixity.round-ended', on: [], detail, at })
}

async function release({ ground, agencies, holder }: Working): Promise<void> {
  for (const agency of await agencies()) await within(ground, theServer(agency), (tx) => releaseRound(tx, holder))
}
