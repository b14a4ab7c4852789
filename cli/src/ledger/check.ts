import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeVkey } from '@sallyport/core/note'
import { openMirror, pull } from '@sallyport/keyholder/mirror/pull'
import { meaningOf } from '@sallyport/keyholder/state/alarms'
import { run } from '@sallyport/verify/main'
import type { Tell } from '../command.ts'
import { NotDone } from '../not-done.ts'
import { type LedgerReach, openLedger } from './open.ts'

type Checking = LedgerReach & { readonly json?: boolean | undefined }

/**
 * Checks a whole ledger with the offline verifier, every entry of it. One on the web is copied first, into
 * a folder that is then removed, so that what is judged cannot change meanwhile.
 */
export async function check(where: string | undefined, asked: Checking, tell: Tell): Promise<number> {
  const ledger = await openLedger(where, asked)
  const key = ledger.pinned ? ['--key', writeVkey(ledger.key)] : []
  const words = [...key, ...(asked.policy === undefined ? [] : ['--policy', asked.policy])]
  if (where !== undefined && !/^https?:\/\//i.test(where)) return judged([...words, where], asked, tell)
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-ledger-'))
  try {
    // Who cosigned is for the verifier to judge, and to tell.
    const mirror = await openMirror({ into: folder, key: ledger.key })
    const outcome = await pull(mirror, ledger.source).finally(() => mirror.state.close())
    if (outcome.is === 'refused') throw new NotDone(outcome.why)
    if (outcome.is === 'alarm') {
      const { says } = meaningOf[outcome.alarm.kind]
      tell({ verdict: 'not-sound', ...outcome.alarm }, `Not sound: ${outcome.alarm.origin} ${says}`)
      return 1
    }
    return await judged([...words, folder], asked, tell)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs the verifier, and tells its report: as one value, or line by line. */
async function judged(words: readonly string[], { json }: Checking, tell: Tell): Promise<number> {
  const said: string[] = []
  const exit = await run(json ? ['--json', ...words] : words, (text) => said.push(text))
  if (json) tell(JSON.parse(said.join('')) as object)
  else tell({}, ...said)
  return exit
}
