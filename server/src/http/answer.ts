import { type Contract, nothing } from '@sallyport/api/contract'
import { mostSubjects } from '@sallyport/core/entry'
import type { AgencyId } from '@sallyport/core/ids'
import { Refusal } from '@sallyport/core/refusal'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Actor, afterwards, become, type Ground, tell, tried, type Tx, visitor, within } from '#db/within.ts'
import { record } from '#ledger/record.ts'
import type { Sequencer } from '#ledger/sequencer.ts'
import type { Doorkeeper } from './doorkeeper.ts'
import { atOnce, limit, type Memory, remembering } from './limits.ts'
import { malformed } from './refuse.ts'
import type { Bytes, From, Later, Route } from './route.ts'
import { stream } from './stream.ts'

export const cookieName = '__Host-sallyport'
const cookieWays = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const
/** How long one entry stands for a question that a page repeats. */
const repeatMs = 60_000
/** How long a ledger that took an entry is taken to take another one. */
const writableMs = 1_000
/** How many files and long checks one person may have under way: else one account could take every place. */
const mostLong = 32

export type AnswerParts = {
  readonly ground: Ground
  readonly sequencer: Pick<Sequencer, 'poke' | 'healthy'>
  readonly doorkeeper: Doorkeeper
  /** Whether the agency that a cookie names is one of this vault. */
  readonly isAgency: (id: AgencyId) => Promise<boolean>
  readonly now: () => Date
}

/** One request on its way. `actor` and `on` grow as more is known, for the entry of a refusal. */
export type Visit = {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly from: From
  readonly cookie: string
  readonly csrf: string | undefined
  actor: Actor | undefined
  on: readonly string[]
  /** To be called when what takes long has ended. */
  leave?: () => void
}

type Kind<K extends Route['kind']> = Extract<Route, { kind: K }>

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
export const isUuid = (text: string): boolean => uuid.test(text)

/** Params, query and body, parsed by their contract before anything else looks at them. */
function parse(contract: Contract, visit: Visit): never {
  const { params, query, body } = visit.request
  const read = (form: Contract['params' | 'query' | 'body'], given: unknown): object => {
    const parsed = form.safeParse(given ?? {})
    if (!parsed.success) throw malformed(parsed.error)
    return parsed.data as object
  }
  const named = read(contract.params, params)
  visit.on = Object.values(named).map(String)
  // A GET has no body to speak of; one that comes all the same is refused, not passed over.
  const rest = { ...read(contract.query, query), ...read(contract.method === 'GET' ? nothing : contract.body, body) }
  return { ...named, ...rest } as never
}

const checked = ({ reply }: Contract, answer: unknown) => (reply === 'bytes' ? answer : reply.parse(answer))

const factsOf = (contract: Contract, from: From) => ({
  request: from.request,
  operation: `${contract.method} ${contract.path}`,
})

/** What answering needs from one request to the next. */
type House = AnswerParts & {
  /** What was entered in the last minute and need not be entered again. */
  readonly entered: Memory
  /** Agencies whose ledger took an entry a moment ago. */
  readonly writable: Memory
  /** Takes one of the places that a person has for what takes long. */
  readonly takePlace: (person: string) => () => void
  /** Bounds what somebody without a session can have entered. */
  readonly boundStranger: (address: string) => void
  /** Takes note of work that is to end before the vault does. */
  readonly follow: <T>(work: Promise<T>) => Promise<T>
}

function mustBeHealthy({ sequencer }: House, agency: AgencyId): void {
  if (!sequencer.healthy(agency)) throw new Refusal('vault/ledger-down')
}

async function enter(tx: Tx, contract: Contract, { on, from, at }: Visit & { readonly at: Date }): Promise<void> {
  const subjects = [...new Set([...on.filter(isUuid), ...tx.told.on])].slice(0, mostSubjects)
  const detail = { ...tx.told.detail, ...factsOf(contract, from) }
  await record(tx, { act: contract.ledger, on: subjects, detail, at })
}

/**
 * Shows that the entry could be written now, and takes it back. What is sent is only known, and entered,
 * once it was sent: so nothing is sent while the ledger takes no entry.
 */
async function mustBeWritable(
  { writable }: House,
  tx: Tx,
  { contract, ...visit }: Visit & { readonly contract: Contract; readonly at: Date },
): Promise<void> {
  const { agency } = tx.actor
  if (writable.holds(agency)) return
  await tried(tx, () => enter(tx, contract, visit))
  writable.keep(agency)
}

function isRefused(work: () => void): boolean {
  try {
    work()
    return false
  } catch (thrown) {
    if (thrown instanceof Refusal) return true
    throw thrown
  }
}

/** Enters a refusal in a transaction of its own; what it refused has been rolled back. */
async function enterRefusal(
  house: House,
  { code, facts }: Refusal,
  { contract, actor, on, from }: Visit & { contract: Contract },
) {
  if (!actor) return
  // A flood of refusals from one address must not become a flood of entries.
  const flood = `${from.address} too-many`
  if (code === 'request/too-many') {
    if (house.entered.holds(flood)) return
    house.entered.keep(flood)
  }
  // The doors that need no session are bounded as such; behind them a stranger is turned away as often as they ask.
  const atADoor = contract.permission === 'anyone' || code.startsWith('sign-in/')
  if (actor.kind === 'visitor' && !atADoor && isRefused(() => house.boundStranger(from.address))) return
  // Whoever makes up a cookie makes up its agency: no ledger is begun for one that does not exist.
  if (!(await house.isAgency(actor.agency))) return
  const detail = { ...factsOf(contract, from), act: contract.ledger, code, facts }
  const subjects = [...new Set(on.filter(isUuid))].slice(0, mostSubjects)
  await within(house.ground, actor, (tx) =>
    record(tx, { act: 'request.refused', outcome: 'refused', on: subjects, detail, at: house.now() }),
  )
  house.sequencer.poke(actor.agency)
}

/** Answers somebody who need not be signed in; the work itself says as whom of which agency it is done. */
async function openly(house: House, { contract, answer }: Kind<'public'>, visit: Visit): Promise<unknown> {
  const { from, cookie, csrf, reply } = visit
  const now = house.now()
  const reached = await answer({
    asked: parse(contract, visit),
    now,
    from,
    cookie,
    csrf,
    setSession: (value) => void reply.setCookie(cookieName, value, cookieWays),
    at: (agency, about = []) => {
      visit.actor = visitor(agency, from)
      visit.on = [...visit.on, ...about]
    },
    as: async (agency, work) => {
      visit.actor = visitor(agency, from)
      mustBeHealthy(house, agency)
      const done = await within(house.ground, visit.actor, async (tx) => {
        const result = await work(tx)
        await enter(tx, contract, { ...visit, at: now })
        return result
      })
      house.sequencer.poke(agency)
      return done
    },
  })
  return checked(contract, reached)
}

/** Finds out who asks, and does the work as them: both in one transaction, with its entry. */
async function asSomebody(house: House, mounted: Exclude<Route, { kind: 'public' }>, visit: Visit): Promise<unknown> {
  const { ground, doorkeeper, sequencer } = house
  const { contract } = mounted
  const { from, cookie, csrf } = visit
  const now = house.now()
  const agency = visit.actor?.agency
  if (!agency) throw new Refusal('session/missing')
  mustBeHealthy(house, agency)
  const polled = mounted.kind === 'signed-in' && mounted.polled
  const answered = await within(ground, visitor(agency, from), async (tx) => {
    const known = (actor: Actor) => void (visit.actor = actor)
    const actor = await doorkeeper.actorOf(tx, { cookie, csrf, contract, from, now, polled, known })
    // Only now: what a stranger sends is not looked at, and no record is named in an entry at their word.
    const asked = parse(contract, visit)
    await become(tx, actor)
    if (mounted.kind !== 'signed-in') visit.leave = house.takePlace(`${agency} ${actor.person}`)
    if (mounted.kind === 'raw') return undefined
    const reached = await mounted.answer({ tx, asked, now, from, cookie })
    if (mounted.kind === 'bytes') await mustBeWritable(house, tx, { ...visit, contract, at: now })
    if (mounted.kind !== 'signed-in') return reached
    const result = checked(contract, reached)
    const question = `${actor.session} ${visit.request.url}`
    if (polled && house.entered.holds(question)) return result
    await enter(tx, contract, { ...visit, at: now })
    afterwards(tx, () => house.entered.keep(question))
    return result
  })
  sequencer.poke(agency)
  return answered
}

async function slowly(house: House, later: Later<unknown>, visit: Visit & { contract: Contract }): Promise<unknown> {
  const found = await later()
  const result = checked(visit.contract, found.reply)
  const actor = visit.actor as Actor
  await within(house.ground, actor, async (tx) => {
    await found.keep?.(tx)
    tell(tx, found.on, found.detail)
    return enter(tx, visit.contract, { ...visit, at: house.now() })
  })
  house.sequencer.poke(actor.agency)
  return result
}

/** Does what takes long, and gives the place back when it has ended: a stream ends later than its answer begins. */
async function atLength(house: House, mounted: Kind<'raw' | 'bytes' | 'slow'>, visit: Visit): Promise<unknown> {
  const { request, reply } = visit
  let streams = false
  try {
    const answered = await asSomebody(house, mounted, visit)
    if (mounted.kind === 'raw')
      return await mounted.answer({ actor: visit.actor as Actor, params: request.params, request, reply })
    if (mounted.kind === 'slow')
      return await slowly(house, answered as Later<unknown>, { ...visit, contract: mounted.contract })
    const { after, ...bytes } = answered as Bytes
    const ended = (sent: number, whole: boolean) => {
      visit.leave?.()
      return house.follow(after(sent, whole))
    }
    const streaming = await stream({ ...bytes, after: ended }, reply)
    streams = true
    return streaming
  } finally {
    if (!streams) visit.leave?.()
  }
}

async function answerOne(house: House, mounted: Route, visit: Visit): Promise<unknown> {
  if (mounted.kind === 'public') return openly(house, mounted, visit)
  if (mounted.kind !== 'signed-in') return atLength(house, mounted, visit)
  const answered = await asSomebody(house, mounted, visit)
  if (mounted.contract.ledger === 'session.ended') void visit.reply.clearCookie(cookieName, cookieWays)
  return answered
}

/** Somebody of the agency that a cookie names, until more is known of them. */
export function claimedBy(doorkeeper: Doorkeeper, cookie: string, from: From): Actor | undefined {
  const agency = doorkeeper.agencyOf(cookie)
  return agency && visitor(agency, from)
}

/** What was begun is waited for at a stop, also what comes after an answer: it has entries to make. */
function following() {
  const under = new Set<Promise<unknown>>()
  return {
    follow<T>(work: Promise<T>): Promise<T> {
      const ended = () => under.delete(work)
      under.add(work)
      work.then(ended, ended)
      return work
    },
    async settle(): Promise<void> {
      while (under.size > 0) await Promise.allSettled(under)
    },
  }
}

/** Answers requests: session, permission, transaction, ledger entry and reply check, each in one place. */
export function answering(parts: AnswerParts) {
  const clock = () => parts.now().getTime()
  const { follow, settle } = following()
  const house: House = {
    ...parts,
    entered: remembering(repeatMs, clock),
    writable: remembering(writableMs, clock),
    takePlace: atOnce(mostLong),
    boundStranger: limit({ burst: 60, perSecond: 1, now: clock }),
    follow,
  }
  return {
    answer: (mounted: Route, visit: Visit) => follow(answerOne(house, mounted, visit)),
    enterRefusal: (refusal: Refusal, contract: Contract, visit: Visit) =>
      follow(enterRefusal(house, refusal, { ...visit, contract })),
    settle,
  }
}
