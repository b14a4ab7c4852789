import { equal, text } from './bytes.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import { asCosigner, verifyCosignatures } from './cosignature.ts'
import { readNote, readVkey, type VerifierKey, type Verifiers, verifyNote, writeVkey } from './note.ts'
import type { Sha256 } from './sha256.ts'

export type PolicyLog = { readonly key: VerifierKey; readonly url?: string }
export type PolicyWitness = { readonly name: string; readonly key: VerifierKey; readonly url?: string }
/** Holds when `least` of its members hold. A member is a witness or an earlier group. */
export type PolicyGroup = { readonly name: string; readonly least: number; readonly members: readonly string[] }

/** Whom a reader trusts, as C2SP tlog-policy has it. The quorum is the name of a witness or a group, or `none`. */
export type Policy = {
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
  readonly groups: readonly PolicyGroup[]
  readonly quorum: string
}

/** A policy, or the first line (from 1) that is wrong and why. A person wrote it, so they are told. */
export type ReadPolicy =
  | { readonly is: 'policy'; readonly policy: Policy }
  | { readonly is: 'malformed'; readonly line: number; readonly why: string }

/** Bounds on a file that may come from anybody. The specification asks for 32 of each at least. */
const longestPolicy = 1_000_000
const mostLines = 4096
const mostOfEach = 256

type Draft = {
  readonly logs: PolicyLog[]
  readonly witnesses: PolicyWitness[]
  readonly groups: PolicyGroup[]
  /** Names that are defined, and whether a group has taken them already. */
  readonly names: Map<string, boolean>
  quorum: string | undefined
}

/**
 * Reads a policy (C2SP tlog-policy), to the letter. The last line must end too: cut short, `quorum city-2`
 * would name another group.
 *
 * A group speaks of earlier names only, so none can contain itself. Each name is in one group at most, so
 * no witness counts twice.
 */
export function readPolicy(hash: Sha256, bytes: Uint8Array): ReadPolicy {
  const draft: Draft = { logs: [], witnesses: [], groups: [], names: new Map(), quorum: undefined }
  const lines = linesOf(bytes)
  if (!lines) return { is: 'malformed', line: 1, why: 'it is too long, or its last line does not end' }
  for (const [at, raw] of lines.entries()) {
    const line = lineIn(raw)
    const words = line?.split(/[ \t]+/).filter((word) => word !== '') ?? []
    if (words[0]?.startsWith('#') || (line !== undefined && words.length === 0)) continue
    const why = line === undefined ? 'it holds characters that no policy has' : take(hash, draft, words)
    if (why !== undefined) return { is: 'malformed', line: at + 1, why }
  }
  const { logs, witnesses, groups, quorum } = draft
  if (quorum === undefined) return { is: 'malformed', line: lines.length, why: 'it names no quorum' }
  return { is: 'policy', policy: { logs, witnesses, groups, quorum } }
}

export function writePolicy({ logs, witnesses, groups, quorum }: Policy): string {
  const line = (...words: readonly (string | undefined)[]) => `${words.filter((word) => word).join(' ')}\n`
  return [
    ...logs.map(({ key, url }) => line('log', writeVkey(key), url)),
    ...witnesses.map(({ name, key, url }) => line('witness', name, writeVkey(key), url)),
    ...groups.map(({ name, least, members }) => line('group', name, wordOf(least, members.length), ...members)),
    line('quorum', quorum),
  ].join('')
}

const wordOf = (least: number, of: number) => (least === of ? 'all' : least === 1 ? 'any' : String(least))

/** Takes a line into the draft; gives what is wrong with it. */
function take(hash: Sha256, draft: Draft, [kind = '', ...words]: readonly string[]): string | undefined {
  switch (kind) {
    case 'log':
      return takeLog(hash, draft, words)
    case 'witness':
      return takeWitness(hash, draft, words)
    case 'group':
      return takeGroup(draft, words)
    case 'quorum':
      return takeQuorum(draft, words)
    default:
      return 'it begins with none of log, witness, group and quorum'
  }
}

function takeLog(hash: Sha256, { logs }: Draft, [vkey = '', url, ...more]: readonly string[]): string | undefined {
  const key = readVkey(hash, vkey)
  if (!key || more.length > 0) return 'a log is written: log VKEY [URL]'
  if (logs.some((log) => isSame(log.key, key))) return 'this key was given to a log already'
  if (logs.length === mostOfEach) return `more than ${mostOfEach} logs`
  logs.push({ key, ...(url !== undefined && { url }) })
  return undefined
}

function takeWitness(hash: Sha256, draft: Draft, words: readonly string[]): string | undefined {
  const [name = '', vkey = '', url, ...more] = words
  const key = readVkey(hash, vkey)
  if (!key || more.length > 0) return 'a witness is written: witness NAME VKEY [URL]'
  if (draft.witnesses.some((witness) => isSame(witness.key, key))) return 'this key was given to a witness already'
  if (draft.witnesses.length === mostOfEach) return `more than ${mostOfEach} witnesses`
  const taken = define(draft, name)
  if (taken === undefined) draft.witnesses.push({ name, key, ...(url !== undefined && { url }) })
  return taken
}

function takeGroup(draft: Draft, [name = '', count = '', ...members]: readonly string[]): string | undefined {
  if (members.length === 0) return 'a group is written: group NAME all|any|NUMBER NAME…'
  const least =
    count === 'all' ? members.length : count === 'any' ? 1 : /^[1-9]\d{0,3}$/.test(count) ? Number(count) : 0
  if (least < 1 || least > members.length) return `${count} of ${members.length} is no threshold`
  if (draft.groups.length === mostOfEach) return `more than ${mostOfEach} groups`
  for (const member of members) {
    const grouped = draft.names.get(member)
    if (grouped === undefined) return `${member} was not defined before`
    if (grouped) return `${member} is in a group already`
    draft.names.set(member, true)
  }
  const taken = define(draft, name)
  if (taken === undefined) draft.groups.push({ name, least, members })
  return taken
}

function takeQuorum(draft: Draft, [name = '', ...more]: readonly string[]): string | undefined {
  if (name === '' || more.length > 0) return 'a quorum is written: quorum NAME'
  if (draft.quorum !== undefined) return 'there is a quorum already'
  if (name !== 'none' && !draft.names.has(name)) return `${name} was not defined before`
  draft.quorum = name
  return undefined
}

function define({ names }: Draft, name: string): string | undefined {
  if (name === 'none') return 'none is no name that can be given'
  if (names.has(name)) return `${name} was defined before`
  names.set(name, false)
  return undefined
}

/** Two keys are the same if they wrap the same public key, whatever they are named. */
const isSame = (a: VerifierKey, b: VerifierKey): boolean => equal(a.key, b.key)

function linesOf(bytes: Uint8Array): Uint8Array[] | undefined {
  if (bytes.length > longestPolicy || bytes.at(-1) !== 0x0a) return undefined
  const lines: Uint8Array[] = []
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from)
    lines.push(bytes.subarray(from, end))
    from = end + 1
  }
  return lines.length > mostLines ? undefined : lines
}

/** A line as text. A comment may be in any encoding; what counts must be UTF-8, for it is shown to people. */
function lineIn(line: Uint8Array): string | undefined {
  if (line.some((byte) => (byte < 0x20 && byte !== 0x09) || byte === 0x7f)) return undefined
  const first = line.find((byte) => byte !== 0x20 && byte !== 0x09)
  if (first === 0x23) return '#'
  try {
    return text(line)
  } catch {
    return undefined
  }
}

/** A witness that cosigned, and when, in seconds since 1970 by its own clock. */
export type Witnessed = { readonly witness: PolicyWitness; readonly time: number }

/**
 * What a policy says of a checkpoint.
 *
 * `judged` means that a log of the policy signed it. `quorum` is whether enough of the witnesses cosigned;
 * `unchecked` are witnesses whose signature this machine cannot check, and who are counted as absent.
 */
export type PolicyJudgement =
  | { readonly is: 'malformed' }
  | { readonly is: 'unknown-log' }
  | { readonly is: 'forged'; readonly key: VerifierKey }
  | {
      readonly is: 'judged'
      readonly checkpoint: Checkpoint
      readonly log: VerifierKey
      readonly witnessed: readonly Witnessed[]
      readonly unchecked: readonly PolicyWitness[]
      readonly quorum: boolean
    }

type Means = { readonly hash: Sha256; readonly verify: Verifiers }

/**
 * Judges a signed checkpoint by a policy: which log signed it, who cosigned it when, and whether they are
 * enough.
 *
 * With the quorum, no reader under the same policy can have been shown another history, unless witnesses
 * conspire with the log. It does not show that the checkpoint is the newest one.
 */
export async function judgeByPolicy(
  { hash, verify }: Means,
  bytes: Uint8Array,
  policy: Policy,
): Promise<PolicyJudgement> {
  const note = readNote(bytes)
  const checkpoint = note && readCheckpoint(note.text)
  if (!note || !checkpoint) return { is: 'malformed' }
  const logs = policy.logs.map(({ key }) => key).filter(({ name }) => name === checkpoint.origin)
  const plain = await verifyNote(note, { keys: logs, verify })
  const timed = await verifyCosignatures({ note, checkpoint }, { keys: logs, verify })
  if (plain.is === 'forged') return { is: 'forged', key: plain.by }
  if (timed.is === 'forged') return timed
  const log = plain.is === 'signed' ? plain.by[0] : timed.by[0]?.key
  if (!log) return { is: 'unknown-log' }
  const keyOf = new Map(policy.witnesses.map((witness) => [asCosigner(hash, witness.key), witness]))
  const found = await verifyCosignatures({ note, checkpoint }, { keys: [...keyOf.keys()], verify })
  if (found.is === 'forged') return found
  const witnessed = [...keyOf].flatMap(([key, witness]) => {
    const times = found.by.filter((one) => one.key === key && one.time > 0).map(({ time }) => time)
    return times.length > 0 ? [{ witness, time: Math.min(...times) }] : []
  })
  const unchecked = found.unchecked.flatMap((key) => keyOf.get(key) ?? [])
  const quorum = hasQuorum(policy, new Set(witnessed.map(({ witness }) => witness.name)))
  return { is: 'judged', checkpoint, log, witnessed, unchecked, quorum }
}

/** Whether witnesses of these names are enough. */
export function hasQuorum({ groups, quorum }: Policy, names: ReadonlySet<string>): boolean {
  const holding = new Set(names)
  for (const { name, least, members } of groups) {
    if (members.filter((member) => holding.has(member)).length >= least) holding.add(name)
  }
  return quorum === 'none' || holding.has(quorum)
}
