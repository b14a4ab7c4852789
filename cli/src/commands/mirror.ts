import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { Fault } from '@sallyport/keyholder/fault'
import { alarmsOf, openMirror, type Pulled, pull } from '@sallyport/keyholder/mirror/pull'
import { meaningOf } from '@sallyport/keyholder/state/alarms'
import { command, type Tell } from '../command.ts'
import { keyIn, ledgerHelp, ledgerOptions, onlyLog, policyIn, sourceAt } from '../ledger/open.ts'
import { inWords, NotDone } from '../not-done.ts'
import { numberIn } from './ledger.ts'

export const mirrorCommand = command({
  usage: 'mirror FOLDER|URL --into FOLDER --log VKEY [--policy FILE] [--every SECONDS]',
  does: 'Keeps a full copy of a published ledger, and takes nothing into it that was not proved.',
  help: [
    '--into FOLDER        where the copy is, or shall be; sallyport verify takes it',
    '--every SECONDS      stay, and look so often (else --once)',
    '--once               look once and end',
    ...ledgerHelp,
  ],
  options: { ...ledgerOptions, into: { type: 'string' }, every: { type: 'string' }, once: { type: 'boolean' } },
  async run({ positionals: [where], values }, tell, warn) {
    const { into } = values
    if (!into) throw new NotDone('It was not said where the copy shall be.', 'Name a folder: --into FOLDER')
    if (values.once && values.every !== undefined) throw new NotDone('Say --once or --every, not both.')
    const everyMs = values.every === undefined ? undefined : 1000 * Math.max(1, numberIn(values.every, '--every'))
    const policy = values.policy === undefined ? undefined : await policyIn(values.policy)
    const key = keyIn(values.log) ?? (policy && onlyLog(policy))
    if (!key) throw new NotDone('The key of the log was not named.', 'Ask the agency for it: --log VKEY')
    const source = await sourceAt(where, values)
    const mirror = await openMirror({ into, key, ...(policy && { policy }) })
    const stop = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) void once(process, signal).then(() => stop.abort())
    try {
      for (;;) {
        const outcome = await pull(mirror, source).catch((error: unknown) => {
          if (everyMs === undefined || !(error instanceof Fault)) throw error
          const { says, next } = inWords(error)
          warn(`${says} ${next}`.trim())
          return undefined
        })
        if (outcome) tellPulled(outcome, into, tell)
        if (outcome?.is === 'alarm') return 1
        if (everyMs === undefined) return outcome?.is === 'refused' ? 1 : 0
        await pause(everyMs, undefined, { signal: stop.signal }).catch(() => undefined)
        if (stop.signal.aborted) return 0
      }
    } finally {
      mirror.state.close()
    }
  },
})

function tellPulled(outcome: Pulled, into: string, tell: Tell): void {
  if (outcome.is === 'refused') tell(outcome, `Nothing was taken. ${outcome.why}`)
  else if (outcome.is === 'unchanged') tell({ ...outcome, into }, `${into} has all ${outcome.size} entries.`)
  else if (outcome.is === 'grown') {
    const mended = outcome.mended > 0 ? [`${outcome.mended} damaged files of the copy were mended.`] : []
    tell({ ...outcome, into }, `${into} has grown from ${outcome.from} to ${outcome.to} entries.`, ...mended)
  } else {
    const { kind, origin } = outcome.alarm
    const { says, next } = meaningOf[kind]
    const kept = `Nothing was taken. Both signed notes are kept in ${alarmsOf(into)}/alarms.`
    tell({ alarm: kind, ...outcome.alarm, kept: alarmsOf(into) }, `ALARM: ${origin} ${says}`, next, kept)
  }
}
