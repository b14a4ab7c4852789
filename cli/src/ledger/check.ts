import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeVkey } from '@sallyport/core/note'
import { openMirror, pull } from '@sallyport/keyholder/mirror/pull'
import { meaningOf } from '@sallyport/keyholder/state/alarms'
import { run } from '@sallyport/verify/main'
import type { Tell } from '../command.ts'
import { NotDone } from '../not-done.ts'
import { type LedgerReach, newestOf, openLedger } from './open.ts'

/**
 * Checks a whole ledger with the offline verifier, every entry of it. One on the web is copied first, into
 * a folder that is then removed, so that what is judged cannot change meanwhile.
 */
export async function check(where: string | undefined, reach: LedgerReach, tell: Tell): Promise<number> {
  const ledger = await openLedger(where, reach)
  const local = where !== undefined && !/^https?:\/\//i.test(where)
  // The quorum is judged here: the verifier of a folder knows the log's own key only.
  if (reach.policy !== undefined) await newestOf(ledger)
  const key = ledger.pinned ? ['--key', writeVkey(ledger.key)] : []
  if (local) return judged([...key, where], tell)
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-ledger-'))
  try {
    const mirror = await openMirror({ into: folder, key: ledger.key, policy: ledger.policy })
    const outcome = await pull(mirror, ledger.source).finally(() => mirror.state.close())
    if (outcome.is === 'refused') throw new NotDone(outcome.why)
    if (outcome.is === 'alarm') {
      const { says } = meaningOf[outcome.alarm.kind]
      tell({ sound: false, ...outcome.alarm }, `Not sound: ${outcome.alarm.origin} ${says}`)
      return 1
    }
    return await judged([...key, folder], tell)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs the verifier, and tells its report: as one value, or line by line. */
async function judged(argv: readonly string[], tell: Tell): Promise<number> {
  let report = ''
  const exit = await run(['--json', ...argv], (text) => (report = text))
  const lines: string[] = []
  if (exit !== 2) await run(argv, (line) => lines.push(line))
  const { says } = JSON.parse(report) as { readonly says: string }
  tell(JSON.parse(report) as object, ...(exit === 2 ? [says] : lines))
  return exit
}
