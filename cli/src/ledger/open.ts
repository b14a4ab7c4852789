import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readVkey, type VerifierKey, writeVkey } from '@sallyport/core/note'
import { type Policy, readPolicy } from '@sallyport/core/policy'
import { admit, policyOn, type Shown } from '@sallyport/keyholder/mirror/admit'
import { folderSource, type Source, webSource } from '@sallyport/keyholder/mirror/source'
import { sha256 } from '@sallyport/keyholder/signing'
import { trustedFor } from '../connect.ts'
import { NotDone } from '../not-done.ts'

/** The options by which every command that reads a ledger finds and believes it. */
export const ledgerOptions = {
  log: { type: 'string' },
  policy: { type: 'string' },
  token: { type: 'string' },
  ca: { type: 'string' },
} as const
export const ledgerHelp = [
  '--log VKEY           the public key of the log, as you got it from the agency',
  '--policy FILE        witnesses, and how many of them must have cosigned (C2SP tlog-policy)',
  '--token TOKEN        what the agency gave you to fetch its ledger (else SALLYPORT_LEDGER_TOKEN)',
  '--ca FILE            certificate of the authority that signed for the vault (else SALLYPORT_CA, else the system)',
  '--json               one JSON value a line',
]

export type LedgerReach = {
  readonly log?: string | undefined
  readonly policy?: string | undefined
  readonly token?: string | undefined
  readonly ca?: string | undefined
}

/** A published ledger and the key that it is judged by. `pinned` is false if the key came with the ledger. */
export type Ledger = {
  readonly source: Source
  readonly key: VerifierKey
  readonly pinned: boolean
  readonly policy: Policy
}

/** Finds a ledger: a folder, or the prefix of one on the web, such as https://host/agencies/NAME/ledger */
export async function sourceAt(where: string | undefined, { ca, token }: LedgerReach): Promise<Source> {
  if (where === undefined) throw new NotDone('No ledger was named.', 'Name its folder, or its address on the web.')
  if (!/^https?:\/\//i.test(where)) return folderSource(resolve(where))
  if (!URL.canParse(where)) throw new NotDone(`${where} is no address.`)
  const given = token ?? process.env['SALLYPORT_LEDGER_TOKEN']
  return webSource(where, { ca: await trustedFor(where, ca), ...(given && { token: given }) })
}

/** Finds a ledger, its key and the policy that it is judged by. */
export async function openLedger(where: string | undefined, reach: LedgerReach): Promise<Ledger> {
  const source = await sourceAt(where, reach)
  const policy = reach.policy === undefined ? undefined : await policyIn(reach.policy)
  const pinned = keyIn(reach.log) ?? (policy && onlyLog(policy))
  const key = pinned ?? (await ownKey(source))
  return { source, key, pinned: pinned !== undefined, policy: policyOn(key, policy) }
}

/** The newest checkpoint that the ledger shows. Throws if it is not signed, or not cosigned as the policy asks. */
export async function newestOf({ source, policy }: Ledger): Promise<Shown> {
  const bytes = await source.get('checkpoint')
  if (!bytes) throw new NotDone(`${source.name} shows no checkpoint.`, 'It may ask for a token: --token')
  const shown = await admit(policy, bytes)
  if (typeof shown === 'string') throw new NotDone(shown, `It was looked for at ${source.name}.`)
  return shown
}

export function keyIn(vkey: string | undefined): VerifierKey | undefined {
  const key = vkey === undefined ? undefined : readVkey(sha256, vkey.trim())
  if (vkey !== undefined && !key) throw new NotDone('What follows --log is not the public key of a log.')
  return key
}

export async function policyIn(file: string): Promise<Policy> {
  const found = readPolicy(sha256, await readFile(file))
  if (found.is === 'policy') return found.policy
  throw new NotDone(`${file} is no policy: ${found.why} (line ${found.line}).`, 'docs/operations/witness.md shows one.')
}

/** The log of a policy that names one only. */
export const onlyLog = ({ logs }: Policy): VerifierKey | undefined => (logs.length === 1 ? logs[0]?.key : undefined)

/** The key that lies beside the ledger: `log.vkey` in a folder, `vkey` where a vault serves it. */
async function ownKey(source: Source): Promise<VerifierKey> {
  const bytes = (await source.get('log.vkey')) ?? (await source.get('vkey'))
  const key = bytes && readVkey(sha256, Buffer.from(bytes).toString('utf8').trim())
  if (!key)
    throw new NotDone(
      `${source.name} does not tell the key of its log.`,
      'Name the key with --log VKEY. If the ledger asks for a token, give it with --token.',
    )
  return key
}

/** What a reader must know when nobody gave them the key. */
export const unpinned = ({ key, pinned }: Ledger): string[] =>
  pinned
    ? []
    : [
        `The key came with the ledger: ${writeVkey(key)}. Compare it with what the agency tells you, or name it with --log.`,
      ]
