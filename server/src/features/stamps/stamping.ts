import { utf8 } from '@sallyport/core/bytes'
import type { AgencyId } from '@sallyport/core/ids'
import { readNote, writeNote } from '@sallyport/core/note'
import { type Ground, theServer, within } from '#db/within.ts'
import { NotHeard } from '#http/outbound.ts'
import { every } from '#jobs/every.ts'
import type { Clock } from '#db/clock.ts'
import { ledgerHead } from '#ledger/rows.ts'
import { raise } from '../alarms/raise.ts'
import { askAuthority, digestOf, NotStamped } from './ask-authority.ts'
import { revocationLists } from './revocation.ts'
import { activeAuthorities, type AuthorityRow, insertStamp, isStamped, newestStamps, setAuthority } from './rows.ts'

const lookMs = 60_000
/** How long an authority may be away before somebody is called: without a network the vault goes on. */
const awayMs = 3 * 3_600_000

export type Stamping = {
  /** Has every authority stamp a signed checkpoint that it has not stamped yet. Never throws: what fails is kept and told. */
  readonly stamp: (agency: AgencyId, checkpoint: { size: number; note: string }) => Promise<void>
  /** A stamp over a digest by the first authority that gives one: a TimeStampToken as DER. */
  readonly token: (agency: AgencyId, digest: Uint8Array) => Promise<Uint8Array | undefined>
  readonly everyMinutes: number
  readonly stop: () => Promise<void>
}

type Parts = {
  readonly ground: Ground
  readonly agencies: () => Promise<readonly AgencyId[]>
  readonly everyMinutes: number
  readonly clock: Clock
  readonly now: () => Date
  readonly say: (fault: unknown) => void
}

/** A signed checkpoint with the line of the log only: what is stamped, whoever has cosigned it meanwhile. */
function logLineOnly(note: string): string {
  const read = readNote(utf8(note))
  const [first] = read?.signatures ?? []
  if (!read || !first) throw new Error('The checkpoint of a ledger is not a signed note.')
  return Buffer.from(writeNote({ text: read.text, signatures: [first] })).toString('utf8')
}

/** Whether an authority failed just now: nobody who exports waits for it again within the minute. */
const isAway = ({ failure, tried_at }: AuthorityRow, now: Date): boolean =>
  failure !== null && tried_at !== null && now.getTime() - tried_at.getTime() < lookMs

/** Stamps the ledger of every agency as often as it wants, as long as there is anything new, and at each export. */
export function startStamping(parts: Parts): Stamping {
  const { ground, agencies, everyMinutes, now, say } = parts
  const lists = revocationLists(now)
  const ending = new AbortController()
  const authoritiesOf = (agency: AgencyId) => within(ground, theServer(agency), activeAuthorities)
  const tried = (agency: AgencyId, authority: AuthorityRow, fault: unknown) =>
    fail(parts, agency, { authority, fault }).catch(say)

  const one = (agency: AgencyId, authority: AuthorityRow, checkpoint: Checkpoint) =>
    stampOnce({ ...parts, lists, signal: ending.signal }, agency, { authority, checkpoint }).catch(say)
  const stamp: Stamping['stamp'] = async (agency, { size, note }) => {
    if (size === 0) return
    const bare = logLineOnly(note)
    const due = (await authoritiesOf(agency)).filter((authority) => !isAway(authority, now()))
    await Promise.all(due.map((authority) => one(agency, authority, { size, note: bare })))
  }
  const look = async () => {
    for (const agency of await agencies()) {
      const { head, due } = await within(ground, theServer(agency), async (tx) => {
        const head = await ledgerHead(tx)
        const before = new Map((await newestStamps(tx, head?.size ?? 0)).map((row) => [row.authority, row]))
        const due = (await activeAuthorities(tx)).filter((authority) => {
          const last = before.get(authority.name)
          const age = now().getTime() - (last?.made_at.getTime() ?? 0)
          const isNew = head !== undefined && head.size > (last?.size ?? 0)
          return isNew && age >= everyMinutes * 60_000 && !isAway(authority, now())
        })
        return { head, due }
      })
      const note = head && due.length > 0 ? logLineOnly(head.note) : ''
      if (head) await Promise.all(due.map((authority) => one(agency, authority, { size: head.size, note })))
    }
  }
  const looking = every(lookMs, look, say)
  return {
    everyMinutes,
    stamp,
    async token(agency, digest) {
      for (const authority of await authoritiesOf(agency)) {
        if (isAway(authority, now())) continue
        const given = await askAuthority(authority, digest, { lists, now, signal: ending.signal }).catch(
          (fault: unknown) => tried(agency, authority, fault),
        )
        if (given) return given.token
      }
      return undefined
    },
    stop() {
      ending.abort()
      return looking.stop()
    },
  }
}

type Checkpoint = { readonly size: number; readonly note: string }

async function stampOnce(
  {
    lists,
    signal,
    ...parts
  }: Parts & { readonly lists: ReturnType<typeof revocationLists>; readonly signal: AbortSignal },
  agency: AgencyId,
  { authority, checkpoint }: { readonly authority: AuthorityRow; readonly checkpoint: Checkpoint },
): Promise<void> {
  const { ground, clock, now } = parts
  const { size, note } = checkpoint
  if (await within(ground, theServer(agency), (tx) => isStamped(tx, size, authority.name))) return
  const asked = now()
  try {
    const { response, time, chain, crls } = await askAuthority(authority, digestOf(note), { lists, now, signal })
    const at = now()
    clock.compared(authority.name, { theirs: time, asked, at }, agency)
    await within(ground, theServer(agency), async (tx) => {
      const row = { size, authority: authority.name, note, response: Buffer.from(response), time, chain }
      await insertStamp(tx, { ...row, crls: crls ?? null, made_at: at })
      await setAuthority(tx, authority.name, { tried_at: at, failure: null, failing_since: null })
    })
  } catch (fault) {
    await fail(parts, agency, { authority, fault })
  }
}

/** A stranger's words as they may be kept and shown: short, and nothing that is no sign. */
const printable = (words: string): string =>
  words
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .slice(0, 200)

/** Keeps what went wrong. An answer that does not check calls somebody at once, silence after some hours. */
async function fail(
  { ground, now, say }: Parts,
  agency: AgencyId,
  { authority, fault }: { authority: AuthorityRow; fault: unknown },
): Promise<void> {
  const [silent, wrong] = [fault instanceof NotHeard, fault instanceof NotStamped]
  if (!silent && !wrong) say(fault)
  const at = now()
  const says = silent || wrong ? printable((fault as Error).message) : 'This vault could not ask it. Its log says why.'
  const since = authority.failing_since ?? at
  await within(ground, theServer(agency), async (tx) => {
    await setAuthority(tx, authority.name, { tried_at: at, failure: says, failing_since: since })
    const first = authority.failing_since === null
    const before = (authority.tried_at ?? at).getTime() - since.getTime()
    const away = at.getTime() - since.getTime() >= awayMs && before < awayMs
    const facts = { authority: authority.name, says, since: since.toISOString() }
    if ((wrong && first) || away) await raise(tx, { code: 'time/authority-refused', on: [], facts, at })
  })
}
