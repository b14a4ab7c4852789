import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { readVkey, type VerifierKey } from '@sallyport/core/note'
import { judgeBag } from './bag.ts'
import { diskHost, nativeSha256 } from './disk-folder.ts'
import { judgeLedger } from './ledger.ts'
import { linesOf, notDone, type Report, reportOf } from './report.ts'

const usage = `usage: verify [--key VKEY] [--sha256-only] [--json] FOLDER

Checks an exported bag, or the folder of a ledger, without the vault and without a network.

  --key VKEY      the log's public key, as you got it from the agency
  --sha256-only   do not compute SHA-512 as well; about twice as fast
  --json          the report as JSON

Ends with 0 if all is sound, 1 if it is not, 2 if it could not be checked.`

const options = {
  key: { type: 'string' },
  'sha256-only': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Runs the command. `say` takes the report line by line; the progress goes to a terminal's stderr. */
export async function run(argv: readonly string[], say: (line: string) => void): Promise<0 | 1 | 2> {
  const asked = readArguments(argv)
  if (asked === undefined) {
    say(usage)
    return 2
  }
  const report = await judge(asked).catch((fault: unknown) =>
    notDone(fault instanceof Error ? fault.message : String(fault)),
  )
  for (const line of asked.json ? [JSON.stringify(report, null, 2)] : linesOf(report)) say(line)
  return { sound: 0, 'not-sound': 1, 'not-done': 2 }[report.verdict] as 0 | 1 | 2
}

type Arguments = { readonly folder: string; readonly key?: string; readonly sha512: boolean; readonly json: boolean }

function readArguments(argv: readonly string[]): Arguments | undefined {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const [folder] = positionals
    if (folder === undefined || positionals.length > 1 || values.help) return undefined
    const { key, json = false } = values
    return { folder, json, sha512: !values['sha256-only'], ...(key !== undefined && { key }) }
  } catch {
    return undefined
  }
}

async function judge({ folder, key: vkey, sha512, json }: Arguments): Promise<Report> {
  const key = vkey === undefined ? undefined : readVkey(nativeSha256, vkey.trim())
  if (vkey !== undefined && !key) return notDone('what follows --key is not the public key of a log.')
  const found = await stat(folder).catch(() => undefined)
  if (!found) return notDone(`there is nothing at ${folder}.`)
  if (!found.isDirectory()) return notDone(`${folder} is a file. Unpack it, and give the folder.`)
  const host = diskHost(folder, { sha512 })
  const asked = { ...(key && ({ key } satisfies { key: VerifierKey })), ...(json ? {} : { onBytes: progress() }) }
  const judgement = (await judgeBag(host, asked)) ?? (await judgeLedger(host, asked))
  return judgement
    ? reportOf(judgement)
    : notDone(`${folder} has neither bagit.txt nor checkpoint, so it is neither a bag nor a ledger.`)
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
