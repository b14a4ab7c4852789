import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { acknowledgeAlarm, listAlarms } from '@sallyport/api/alarms'
import { addMember, annotateCase, namePersonInCase, noteOnCase } from '@sallyport/api/cases'
import { approveExpungement, draftExpungement } from '@sallyport/api/expungements'
import { exportCase } from '@sallyport/api/exports'
import { beginFixityRound, readFixity } from '@sallyport/api/fixity'
import { annotateItem, openViewing, releaseItem, reportPlayed } from '@sallyport/api/items'
import { preparePaper } from '@sallyport/api/papers'
import { disablePerson, invitePerson } from '@sallyport/api/people'
import { search } from '@sallyport/api/search'
import { addAuthority, readStamping } from '@sallyport/api/stamps'
import { addMonitor, changePolicy, readWitnessing } from '@sallyport/api/witnesses'
import { readVkey } from '@sallyport/core/note'
import type { CaseId, ItemId } from '@sallyport/core/ids'
import { theServer, within } from '../db/within.ts'
import { raise } from '../features/alarms/raise.ts'
import { sha256 } from '../keys/primitives.ts'
import { anAuthority } from './authority.ts'
import type { Founded, Person } from './cast.ts'
import { declareItem, readViewing, sendPart } from './deliver.ts'
import type { Things } from './every-contract.ts'
import { handsOver } from './hands.ts'
import { until } from './house.ts'
import type { TestVault } from './vault.ts'
import { aWitness } from './witness.ts'

/** A word that stands nowhere else in the world, and can stand in any field. */
const canary = (): string => `cnry${randomBytes(8).toString('hex')}`

export type Planted = {
  readonly agency: Founded
  readonly custodian: Person
  readonly detective: Person
  readonly things: Things & { readonly quarantined: string; readonly underWay: string; readonly moved: string }
  /** What describes a case or a thing, by the field that holds it. */
  readonly content: ReadonlyMap<string, string>
  /** What people know or are called. */
  readonly people: ReadonlyMap<string, string>
}

/** Fills every sealed field of an agency with a word of its own, through the API and by no other way. */
export async function plant(vault: TestVault): Promise<Planted> {
  const [content, people] = [new Map<string, string>(), new Map<string, string>()]
  const put =
    (into: Map<string, string>) =>
    (field: string): string => {
      const word = canary()
      into.set(field, word)
      return word
    }
  const [about, of] = [put(content), put(people)]
  const agency = await vault.agency({
    unlock: 'by-hand',
    passphrase: `${of('passphrase')} and more`,
    administrator: of('name of the administrator'),
    signInName: of('sign-in name of the administrator'),
    password: `${of('password of the administrator')} #`,
  })
  const who = (role: string) => ({
    agency,
    name: `Dana ${of(`name of the ${role}`)}`,
    signInName: of(`sign-in name of the ${role}`),
    badge: of(`badge of the ${role}`),
    password: `${of(`password of the ${role}`)} #`,
  })
  const custodian = await vault.person('custodian', who('custodian'))
  const detective = await vault.person('detective', who('detective'))
  for (const [name, person] of Object.entries({ custodian, detective, administrator: agency.administrator })) {
    people.set(`authenticator of the ${name}`, person.totpSecret)
    people.set(`cookie of the ${name}`, person.cookie.split('.')[1] ?? '')
    people.set(`token of the ${name}`, person.csrf)
  }

  const file = await vault.aCase(detective, {
    number: about('number of a case'),
    title: `Homicide ${about('title of a case')}`,
    description: `First line\n${about('description of a case')}`,
  })
  const { id } = file
  const ask = vault.ask(detective)
  await ask(noteOnCase, { id, text: about('note') })
  await ask(namePersonInCase, {
    id,
    role: 'witness',
    name: about('name of a witness'),
    remarks: about('remarks on a witness'),
  })
  await ask(annotateCase, {
    id,
    field: 'title',
    says: about('corrected title of a case'),
    why: about('reason of a correction'),
  })
  await ask(addMember, { id, person: custodian.id, level: 'lead' })

  const particulars = {
    title: about('title of an item'),
    description: about('description of an item'),
    category: 'interview' as const,
    source: { device: about('device'), person: about('person of an item') },
    place: about('place'),
    tags: [about('tag'), about('second tag')],
  }
  const bytes = Buffer.from(`${about('content')} `.repeat(200))
  const item = await vault.anItem(detective, {
    case: id,
    bytes,
    particulars,
    originalName: `${about('file name')}.mp4`,
  })
  await ask(annotateItem, {
    id: item.id,
    field: 'place',
    says: about('corrected place'),
    why: about('reason of an addition'),
  })
  const suspect = await vault.anItem(detective, {
    case: id,
    bytes: Buffer.from(about('content of a program')),
    originalName: `${about('name of a program')}.exe`,
    particulars: { title: about('title of a program') },
  })
  const half = Buffer.from(`${about('content of a file under way')} `.repeat(100))
  const underWay = await declareItem(vault, detective, {
    case: id,
    bytes: half,
    originalName: `${about('name under way')}.mp4`,
  })
  await sendPart(vault, detective, { upload: underWay.id, bytes: half.subarray(0, 1000) })
  const later = await vault.anItem(detective, { case: id, originalName: 'later.exe' })
  await vault.ask(custodian)(releaseItem, { id: later.id, why: about('reason of a release') })

  const { transfer, moved } = await handsOver(vault, { detective, custodian, file: id, item: item.id, about })
  const viewing = await ask(openViewing, { id: item.id, purpose: 'download', why: about('reason of a download') })
  await readViewing(vault, detective, { path: viewing.content })
  await ask(reportPlayed, { id: viewing.id, parts: [{ from: 0, to: 4, speed: 1 }] })
  await ask(search, { q: about('word that was searched for') })
  const exported = await ask(exportCase, { id, why: about('reason of an export') })
  const paper = await ask(preparePaper, {
    kind: 'certification-902-14',
    about: { of: 'item', id: item.id },
    why: about('reason of a court paper'),
    court: about('court of a paper'),
    caption: about('caption of a paper'),
    person: { name: about('who certifies'), title: about('title of who certifies') },
  })
  const administer = vault.ask(agency.administrator)
  const left = await administer(invitePerson, {
    name: of('name of one who left'),
    signInName: of('sign-in name of one who left'),
    roles: ['officer'],
  })
  people.set('enrolment link', left.link.split('.').at(-1) ?? '')
  await administer(disablePerson, { id: left.person.id, why: of('reason of a disabling') })
  const alarm = await anAlarm(vault, agency, of('note on an alarm'))
  const expungement = await orders(vault, { agency, custodian, file: id, item: later.id, of })
  await aFinding(vault, custodian)
  await outsiders(vault, agency)
  await vault.settle(agency)
  const things = {
    alarm,
    expungement,
    transfer,
    moved,
    monitor: (await vault.ask(agency.administrator)(addMonitor, { name: 'A monitor' })).monitor.id,
    case: id,
    item: item.id,
    upload: item.upload,
    viewing: viewing.id,
    export: exported.id,
    paper: paper.id,
    person: left.person.id,
    entry: await receiptOf(vault, detective, item.id),
    quarantined: suspect.id,
    underWay: underWay.id,
  }
  return { agency, custodian, detective, things, content, people }
}

/** A witness that has cosigned the ledger, and an authority that has stamped it. */
async function outsiders(vault: TestVault, agency: Founded): Promise<void> {
  const ask = vault.ask(agency.administrator)
  await vault.settle(agency)
  const witness = await aWitness('witness.example', () => readVkey(sha256, agency.ledgerKey) ?? assert.fail('no key'))
  const authority = await anAuthority()
  const policy = `log ${agency.ledgerKey}\nwitness w ${witness.vkey} ${witness.url}\nquorum w\n`
  await ask(changePolicy, { policy })
  await ask(addAuthority, { name: 'state', url: authority.url, roots: authority.roots })
  await until('the ledger is cosigned', async () => (await ask(readWitnessing, {})).cosigned !== null)
  await until('the ledger is stamped', async () => (await ask(readStamping, {})).authorities[0]?.stamped !== null)
}

/** Raised by the vault about a thing, and acknowledged. */
async function anAlarm(vault: TestVault, agency: Founded, note: string): Promise<string> {
  const { ground } = vault.vault()
  await within(ground, theServer(agency.id), (tx) =>
    raise(tx, { code: 'fixity/untracked', on: [], facts: { bytes: 1 } }),
  )
  const { rows } = await vault.ask(agency.administrator)(listAlarms, { open: 'true' })
  const id = rows[0]?.id
  if (!id) throw new Error('No alarm was raised.')
  await vault.ask(agency.administrator)(acknowledgeAlarm, { id, note })
  return id
}

/** A round over what is stored, which finds a file that nobody knows. */
async function aFinding(vault: TestVault, custodian: Person): Promise<void> {
  const stray = join(vault.folder, 'objects', 'stray')
  await writeFile(stray, 'stray')
  await vault.ask(custodian)(beginFixityRound, {})
  await until('the round ended', async () => {
    const { round } = await vault.ask(custodian)(readFixity, {})
    return round?.endedAt !== null
  })
  await rm(stray)
}

type Ordering = {
  readonly agency: Founded
  readonly custodian: Person
  readonly file: CaseId
  readonly item: ItemId
  readonly of: (field: string) => string
}

/** One order of a court that was executed, and one that waits for a second person. */
async function orders(vault: TestVault, { agency, custodian, file, item, of }: Ordering): Promise<string> {
  const [ask, administer] = [vault.ask(custodian), vault.ask(agency.administrator)]
  const { people } = await ask(namePersonInCase, { id: file, name: 'Somebody Forgotten', role: 'witness' })
  const order = { court: of('court'), judge: of('judge'), issuedOn: '2026-03-14' }
  const reference = `24-${of('number of an order')}`
  const note = people.find(({ name }) => name === 'Somebody Forgotten')?.id
  if (!note) throw new Error('Nobody was named.')
  const first = await ask(draftExpungement, { ...order, reference, scope: { kind: 'person', case: file, note } })
  await administer(approveExpungement, { id: first.id, reference })
  const scope = { kind: 'item', item } as const
  return (await ask(draftExpungement, { ...order, reference, scope, note: of('wording of an order') })).id
}

async function receiptOf(vault: TestVault, person: Person, item: string): Promise<string> {
  const reply = await vault.raw(person)({ method: 'GET', path: `/items/${item}/custody` })
  const { rows } = reply.json as { rows: { entry: string; act: string }[] }
  return rows.find(({ act }) => act === 'item.received')?.entry ?? ''
}

/** The canaries that stand in some bytes: in clear, in Base64, in hexadecimal, as UTF-8 or UTF-16. */
export function sung(bytes: Buffer, canaries: ReadonlyMap<string, string>): string[] {
  return [...canaries]
    .filter(([, word]) => spellings(word).some((spelled) => bytes.includes(spelled)))
    .map(([field]) => field)
}

const known = new Map<string, Buffer[]>()

function spellings(word: string): Buffer[] {
  const found = known.get(word) ?? spelled(word)
  known.set(word, found)
  return found
}

/** Base64 of a word within other text depends on its place modulo three; the first and last digits are of its neighbours. */
function spelled(word: string): Buffer[] {
  const utf8 = Buffer.from(word)
  const based = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), utf8])
      .toString('base64')
      .slice(shift === 0 ? 0 : shift + 1, -4),
  )
  const texts = [
    utf8.toString('hex'),
    utf8.toString('hex').toUpperCase(),
    ...based,
    ...based.map((text) => text.replace(/\+/g, '-').replace(/\//g, '_')),
  ]
  return [
    utf8,
    Buffer.from(word, 'utf16le'),
    Buffer.from(word, 'utf16le').swap16(),
    Buffer.from(word.toUpperCase()),
    ...texts.map((text) => Buffer.from(text)),
  ]
}
