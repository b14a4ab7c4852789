import { hex, utf8 } from '@sallyport/core/bytes'
import { type Checkpoint, openCheckpoint, readCheckpoint } from '@sallyport/core/checkpoint'
import { keyType, type Note, readNote, type VerifierKey, writeVkey } from '@sallyport/core/note'
import { hasQuorum, judgeByPolicy, type Policy, readPolicy, writePolicy } from '@sallyport/core/policy'
import type { Certificate } from '@sallyport/core/x509'
import type { Blame } from './faults.ts'
import type { Host } from './folder.ts'

/** What the reader brings, having got it from somebody they trust and not from what is being judged. */
export type Asked = {
  readonly key?: VerifierKey
  readonly policy?: Policy
  readonly roots?: readonly Certificate[]
  /** How far the check has come, in parts of `all`. */
  readonly onProgress?: (done: number, all: number) => void
}

/** The log's key that was used, and where it came from. `fingerprint` is the SHA-256 of the vkey's text. */
export type UsedKey = { readonly vkey: string; readonly fingerprint: string; readonly pinned: boolean }

/** Who outside cosigned a checkpoint, by which policy. Times are ISO 8601, by the witnesses' own clocks. */
export type Witnesses = {
  readonly pinned: boolean
  readonly policy: string
  readonly state: 'met' | 'not-met' | 'unchecked'
  readonly witnessed: readonly { readonly name: string; readonly vkey: string; readonly at: string }[]
  readonly unchecked: readonly string[]
}

/** A checkpoint as bytes and as read from them. */
export type Tree = { readonly bytes: Uint8Array; readonly note: Note; readonly checkpoint: Checkpoint }

export type JudgedLog = {
  readonly tree?: Tree
  readonly key?: VerifierKey
  readonly used?: UsedKey
  readonly witnesses?: Witnesses
}

type Given = {
  /** The checkpoint, and where it stands. */
  readonly at: string
  readonly bytes: Uint8Array | undefined
  /** What came with what is judged: believed only where the reader brought nothing. */
  readonly key: { readonly at: string; readonly found: VerifierKey | undefined }
  readonly policy: { readonly at: string; readonly bytes: Uint8Array | undefined }
}

type Means = { readonly host: Pick<Host, 'hash' | 'verify'>; readonly blame: Blame; readonly asked: Asked }

/**
 * Judges a checkpoint: who signed it for the log, and which witnesses cosigned it.
 *
 * A checkpoint whose signature fails is still given back: the fault stands, and the reader also learns
 * whether the rest agrees with it.
 */
export async function judgeLog({ host, blame, asked }: Means, { at, bytes, key, policy }: Given): Promise<JudgedLog> {
  const note = bytes && readNote(bytes)
  const checkpoint = note && readCheckpoint(note.text)
  if (bytes && !checkpoint) blame('log/malformed', at)
  const pinned = asked.key ?? asked.policy?.logs.find((log) => log.key.name === checkpoint?.origin)?.key
  if (pinned && key.found && writeVkey(pinned) !== writeVkey(key.found)) {
    blame('log/other-key', key.at, { pinned: writeVkey(pinned) })
  }
  const used = pinned ?? key.found
  const vkey = used && writeVkey(used)
  const judged = {
    ...(used && vkey !== undefined && { key: used }),
    ...(vkey !== undefined && { used: { vkey, fingerprint: hex(host.hash(utf8(vkey))), pinned: used === pinned } }),
  }
  const read = policyOf({ host, blame, asked }, policy)
  if (!bytes || !note || !checkpoint) return judged
  if (used?.type === keyType.mldsa44Cosigner && !host.verify.mldsa44) {
    throw new Error('the log signs with ML-DSA-44, which this machine cannot check. Use Node 24 or newer')
  }
  const opened = used && (await openCheckpoint(bytes, { key: used, verify: host.verify }))
  if (opened && opened.is !== 'signed') blame(`log/${opened.is}`, at, { key: used.name })
  const witnesses = read && (await judgeWitnesses({ host, blame, asked }, { at, bytes, policy: read }))
  return { ...judged, tree: { bytes, note, checkpoint }, ...(witnesses && { witnesses }) }
}

/** The policy to judge by: the reader's own if there is one, else the one that came along. */
function policyOf({ host, blame, asked }: Means, { at, bytes }: Given['policy']): Policy | undefined {
  const read = bytes && readPolicy(host.hash, bytes)
  if (read?.is === 'malformed') blame('policy/malformed', at, { line: read.line, why: read.why })
  const found = read?.is === 'policy' ? read.policy : undefined
  // Where a witness is asked is no part of whom a reader trusts.
  if (asked.policy && found && rules(asked.policy) !== rules(found)) blame('policy/other', at)
  return asked.policy ?? found
}

const rules = ({ logs, witnesses, ...rest }: Policy): string =>
  writePolicy({
    ...rest,
    logs: logs.map(({ key }) => ({ key })),
    witnesses: witnesses.map(({ name, key }) => ({ name, key })),
  })

async function judgeWitnesses(
  { host, blame, asked }: Means,
  { at, bytes, policy }: { readonly at: string; readonly bytes: Uint8Array; readonly policy: Policy },
): Promise<Witnesses | undefined> {
  const judged = await judgeByPolicy(host, bytes, policy)
  const told = { pinned: asked.policy !== undefined, policy: writePolicy(policy) }
  const nobody = { ...told, state: 'not-met', witnessed: [], unchecked: [] } as const
  if (judged.is === 'unknown-log') blame('policy/other-log', at)
  if (judged.is === 'forged' && policy.witnesses.some(({ key }) => key.name === judged.key.name)) {
    blame('witness/forged', at, { name: judged.key.name })
  }
  if (judged.is !== 'judged') return nobody
  const unchecked = judged.unchecked.map(({ name }) => name)
  const names = judged.witnessed.map(({ witness }) => witness.name)
  const perhaps = !judged.quorum && hasQuorum(policy, new Set([...names, ...unchecked]))
  if (!judged.quorum && !perhaps) {
    blame('witness/quorum', at, { quorum: policy.quorum, found: names.join(', ') || 'none of them' })
  }
  return {
    ...told,
    state: judged.quorum ? 'met' : perhaps ? 'unchecked' : 'not-met',
    unchecked,
    witnessed: judged.witnessed.map(({ witness: { name, key }, time }) => ({
      name,
      vkey: writeVkey(key),
      at: new Date(time * 1000).toISOString(),
    })),
  }
}
