import { readFile, stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { text } from '@sallyport/core/bytes'
import { attempted } from '@sallyport/core/der'
import { readVkey } from '@sallyport/core/note'
import { readPolicy } from '@sallyport/core/policy'
import { readCertificate, readPem } from '@sallyport/core/x509'
import { judgeBag } from './bag.ts'
import { diskHost, nativeSha256 } from './disk-folder.ts'
import { judgeLedger } from './ledger.ts'
import type { Asked } from './log.ts'
import { judgeProof } from './proof.ts'
import { linesOf, notDone, type Report, reportOf } from './report.ts'

const usage = `usage: verify [--key VKEY] [--policy FILE] [--tsa-root FILE]… [--sha256-only] [--detail] [--json] FOLDER
       verify --key VKEY [--policy FILE] [--detail] [--json] PROOF.tlog-proof ENTRY

Checks an exported bag, the folder of a ledger or of its mirror, or one proof with its entry, without the
vault and without a network.

  --key VKEY      the log's public key, as you got it from the agency
  --policy FILE   the logs and witnesses that you trust (C2SP tlog-policy), instead of the bag's
  --tsa-root FILE the root of a time-stamping authority that you trust, as PEM; may be given several times
  --sha256-only   do not compute SHA-512 as well; about twice as fast
  --detail        also what an expert asks for
  --json          the report as JSON, always with the detail

Ends with 0 if all is sound, 1 if it is not, 2 if it could not be checked.`

const options = {
  key: { type: 'string' },
  policy: { type: 'string' },
  'tsa-root': { type: 'string', multiple: true },
  'sha256-only': { type: 'boolean' },
  detail: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Runs the command. `say` takes the report line by line; the progress goes to a terminal's stderr. */
export async function run(argv: readonly string[], say: (line: string) => void): Promise<0 | 1 | 2> {
  const given = readArguments(argv)
  if (given === undefined) {
    say(usage)
    return 2
  }
  const report = await judge(given).catch((fault: unknown) =>
    notDone(fault instanceof Error ? fault.message : String(fault)),
  )
  for (const line of given.json ? [JSON.stringify(report, null, 2)] : linesOf(report, given)) say(line)
  return { sound: 0, 'not-sound': 1, 'not-done': 2 }[report.verdict] as 0 | 1 | 2
}

type Arguments = {
  readonly paths: readonly string[]
  readonly key: string | undefined
  readonly policy: string | undefined
  readonly roots: readonly string[]
  readonly sha512: boolean
  readonly detail: boolean
  readonly json: boolean
}

function readArguments(argv: readonly string[]): Arguments | undefined {
  try {
    const { values, positionals: paths } = parseArgs({ args: [...argv], options, allowPositionals: true })
    if (paths.length < 1 || paths.length > 2 || values.help) return undefined
    const { key, policy, 'tsa-root': roots = [], json = false, detail = false } = values
    return { paths, key, policy, roots, json, detail, sha512: !values['sha256-only'] }
  } catch {
    return undefined
  }
}

async function judge({ paths, ...given }: Arguments): Promise<Report> {
  const [path = '', entry] = paths
  const asked = await readAsked(given)
  if (typeof asked === 'string') return notDone(asked)
  if (entry !== undefined) return judgePair(path, entry, asked)
  const found = await stat(path).catch(() => undefined)
  if (!found) return notDone(`there is nothing at ${path}.`)
  if (!found.isDirectory()) return notDone(`${path} is a file. Unpack it, and give the folder.`)
  const host = diskHost(path, { sha512: given.sha512 })
  const judgement = (await judgeBag(host, asked)) ?? (await judgeLedger(host, asked))
  return judgement
    ? reportOf(judgement)
    : notDone(`${path} has neither bagit.txt nor checkpoint, so it is neither a bag nor a ledger.`)
}

async function judgePair(path: string, entry: string, asked: Asked): Promise<Report> {
  const [proof, leaf] = [await readFile(path), await readFile(entry)]
  const host = diskHost('.', { sha512: false })
  return reportOf(
    await judgeProof(host, { proof: { at: path, bytes: proof }, entry: { at: entry, bytes: leaf } }, asked),
  )
}

/** What the reader brings; a sentence if something of it is not what it should be. */
async function readAsked({
  key: vkey,
  policy: path,
  roots: paths,
  json,
}: Omit<Arguments, 'paths'>): Promise<Asked | string> {
  const key = vkey === undefined ? undefined : readVkey(nativeSha256, vkey.trim())
  if (vkey !== undefined && !key) return 'what follows --key is not the public key of a log.'
  const policy = path === undefined ? undefined : readPolicy(nativeSha256, await readFile(path))
  if (policy?.is === 'malformed') return `${path} is not a policy, from line ${policy.line} on: ${policy.why}.`
  const blocks = await Promise.all(paths.map(async (file) => readPem(text(await readFile(file)), 'CERTIFICATE') ?? []))
  const roots = attempted(() => blocks.flat().map((der) => readCertificate(der)))
  if (!roots || blocks.some((some) => some.length === 0)) return 'what follows --tsa-root holds no certificate as PEM.'
  return {
    ...(key && { key }),
    ...(policy && { policy: policy.policy }),
    ...(roots.length > 0 && { roots }),
    ...(!json && { onProgress: progress() }),
  }
}

/** Writes how far the check has come, over itself, if a person is looking. */
function progress(): (done: number, all: number) => void {
  let told = -1
  return (done, all) => {
    const percent = Math.floor((100 * done) / Math.max(all, 1))
    if (percent === told || !process.stderr.isTTY) return
    told = percent
    process.stderr.write(done >= all ? '\r\u001b[K' : `\rChecked ${percent} %`)
  }
}
