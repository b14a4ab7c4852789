import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { meaningOf, readAlarms } from '@sallyport/keyholder/state/alarms'
import { folderAt } from '@sallyport/keyholder/state/folder'
import type { Told } from '@sallyport/keyholder/witness/add-checkpoint'
import { openIdentity } from '@sallyport/keyholder/witness/identity'
import { startWitness } from '@sallyport/keyholder/witness/start'
import { command, type Tell } from '../command.ts'
import { keyIn } from '../ledger/open.ts'
import { NotDone } from '../not-done.ts'
import { shown } from '../table.ts'

export const witnessCommand = command({
  usage: 'witness --state FOLDER [--listen HOST:PORT] [--name NAME] [--log VKEY]…',
  does: 'Watches logs for an agency: cosigns a checkpoint only if it continues all that was cosigned before.',
  help: [
    '--state FOLDER       its keys, what it cosigned, and alarms; one process at a time',
    '--listen HOST:PORT   where it is asked (else 127.0.0.1:7380)',
    '--name NAME          its name, at the first start, such as witness.springfield.gov; it cannot be changed',
    '--log VKEY           the key of a log that it shall watch; once is enough, and there may be several',
    '--ml-dsa             cosign with ML-DSA-44 too; makes that key if there is none',
    '--cert FILE          serve TLS with this certificate',
    '--key FILE           and its private key',
    '--vkeys              show its public keys in every encoding, and end',
    '--alarms             show the alarms that it kept, and end with 1 if there are any',
    '--json               one JSON value a line; every cosignature is told too',
  ],
  options: {
    state: { type: 'string' },
    listen: { type: 'string' },
    name: { type: 'string' },
    log: { type: 'string', multiple: true },
    'ml-dsa': { type: 'boolean' },
    cert: { type: 'string' },
    key: { type: 'string' },
    vkeys: { type: 'boolean' },
    alarms: { type: 'boolean' },
  },
  async run({ values }, tell) {
    if (!values.state) throw new NotDone('The state folder was not named.', 'Say: --state FOLDER')
    const state = resolve(values.state)
    if (values.alarms) return tellAlarms(state, tell)
    if (values.vkeys) {
      const { vkeys } = await openIdentity(folderAt(state), {})
      tell({ vkeys }, ...vkeyLines(vkeys))
      return 0
    }
    const tls = await tlsOf(values)
    const witness = await startWitness({
      state,
      listen: listenOn(values.listen ?? '127.0.0.1:7380'),
      logs: (values.log ?? []).flatMap((vkey) => keyIn(vkey) ?? []),
      ...(values.name !== undefined && { name: values.name }),
      ...(values['ml-dsa'] && { mldsa: true }),
      ...(tls && { tls }),
      tell: (told) => tellTold(told, tell),
    })
    const { identity, origins, address } = witness
    const url = `${tls ? 'https' : 'http'}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
    tell(
      { event: 'listening', url, name: identity.name, origins, vkeys: identity.vkeys },
      `${identity.name} listens on ${url} and watches:`,
      ...origins.map((origin) => `  ${shown(origin)}`),
      ...vkeyLines(identity.vkeys),
    )
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    await witness.stop()
    return 0
  },
})

function vkeyLines([plain = '', older = '', ...others]: readonly string[]): string[] {
  return [
    'Its keys, for policies and logs:',
    `  ${plain}`,
    `  ${older}   (the same key, as older programs write it)`,
    ...others.map((vkey) => `  ${vkey}   (ML-DSA-44)`),
  ]
}

function tellTold(told: Told, tell: Tell): void {
  if (told.event === 'alarm') {
    const { says, next } = meaningOf[told.kind]
    tell(told, `ALARM: ${shown(told.origin)} ${says}`, next, 'Both notes are kept: sallyport witness --alarms')
  } else if (told.event === 'failed') tell(told, `It could not do its work, and cosigned nothing: ${told.why}`)
  // A log asks with a wrong size to learn the right one, so that is no news.
  else if (told.event === 'refused' && told.status !== 409)
    tell(told, `Refused with ${told.status}${told.origin === undefined ? '' : `: ${shown(told.origin)}`}`)
  else tell(told)
}

async function tellAlarms(state: string, tell: Tell): Promise<0 | 1> {
  if (!(await folderAt(state).read('name'))) throw new NotDone(`There is no witness in ${state}.`)
  const alarms = await readAlarms(state)
  if (alarms.length === 0) tell({ alarms: 0 }, 'There is no alarm.')
  for (const alarm of alarms) {
    const { says, next } = meaningOf[alarm.kind]
    const notes = [alarm.seen, alarm.shown].map((note) =>
      note
        .trimEnd()
        .split('\n')
        .map((line) => `    ${shown(line)}`),
    )
    tell(
      alarm,
      `${alarm.at}  ${shown(alarm.origin)} ${says}`,
      next,
      '  Seen before:',
      ...(notes[0] ?? []),
      '  Shown then:',
      ...(notes[1] ?? []),
      '',
    )
  }
  return alarms.length === 0 ? 0 : 1
}

async function tlsOf({ cert, key }: { readonly cert?: string | undefined; readonly key?: string | undefined }) {
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined) throw new NotDone('TLS takes both: --cert FILE and --key FILE.')
  return { cert: await readFile(cert), key: await readFile(key) }
}

function listenOn(text: string): { host: string; port: number } {
  const [, host = '', digits = ''] =
    /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)?.filter((part) => part !== undefined) ?? []
  const port = Number(digits)
  if (host === '' || digits === '' || port > 65_535)
    throw new NotDone(`${text} is no address to listen on.`, 'Say: --listen 127.0.0.1:7380')
  return { host, port }
}
