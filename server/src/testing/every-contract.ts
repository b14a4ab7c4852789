import assert from 'node:assert/strict'
import { contracts } from '@sallyport/api/all'
import type { Contract } from '@sallyport/api/contract'
import { type Wire, wireOf } from './asking.ts'

/** One thing of every kind that an operation can be about. */
export type Things = {
  readonly case: string
  readonly item: string
  readonly upload: string
  readonly viewing: string
  readonly export: string
  readonly person: string
  readonly entry: string
  readonly alarm: string
  readonly paper: string
  readonly expungement: string
  readonly monitor: string
  readonly transfer: string
}

type Asked = Readonly<Record<string, unknown>>

const token = 'a-link-that-nobody-ever-gave-out-0123456789'
const password = 'a password for the walk'
const code = '000000'
const why = 'for the walk'

/** What is well asked of every operation, by its name. */
const asked = (of: Things): Readonly<Record<string, Asked>> => ({
  readEntrance: {},
  beginSetUp: { token },
  setUp: {
    token,
    name: 'Walk PD',
    ori: 'OH0WALK01',
    slug: 'walk-pd',
    timeZone: 'America/Chicago',
    bannerText: 'This is a restricted system.',
    unlock: 'by-hand',
    passphrase: 'a passphrase for the walk',
    administrator: { name: 'A. Walker', signInName: 'a.walker', password, totpSecret: 'A'.repeat(32), code },
  },
  unlockVault: { passphrase: 'not the passphrase' },
  readAgency: {},
  changeAgency: { passwordLength: 10 },
  readVault: {},
  checkLedger: {},
  signIn: { signInName: 'nobody.at.all', password, code, bannerAccepted: '0'.repeat(64) },
  readSession: {},
  lockSession: {},
  resumeSession: { password, code },
  signOut: {},
  listPeople: {},
  invitePerson: { name: 'A. Newcomer', signInName: 'a.newcomer', roles: ['officer'] },
  changePerson: { id: of.person, badge: '4711' },
  disablePerson: { id: of.person, why },
  releasePerson: { id: of.person },
  resetPerson: { id: of.person },
  readEnrolment: { token },
  enrol: { token, password, code },
  listCases: { limit: 10 },
  openCase: { number: '26-WALK', title: 'The walk', type: 'other' },
  readCase: { id: of.case },
  annotateCase: { id: of.case, field: 'title', says: 'Another title', why },
  noteOnCase: { id: of.case, text: 'A note of the walk' },
  namePersonInCase: { id: of.case, name: 'Somebody', role: 'witness' },
  addMember: { id: of.case, person: of.person, level: 'view' },
  removeMember: { id: of.case, person: of.person },
  listItems: { case: of.case },
  readItem: { id: of.item },
  annotateItem: { id: of.item, field: 'title', says: 'Another title', why },
  releaseItem: { id: of.item, why },
  verifyItem: { id: of.item },
  openViewing: { id: of.item, purpose: 'view' },
  printItem: { id: of.item, why },
  copyItem: { id: of.item, medium: 'disc', label: 'DISC 1 of the walk', receiver: 'A. Receiver', why },
  moveItem: { id: of.item, case: of.case, why },
  offerTransfer: {
    id: of.item,
    to: { kind: 'person', id: of.person },
    condition: 'Sealed',
    why,
    code,
  },
  listTransfers: { item: of.item },
  acceptTransfer: { id: of.transfer, digest: '0'.repeat(64), code },
  refuseTransfer: { id: of.transfer, why },
  withdrawTransfer: { id: of.transfer, why },
  readContent: { id: of.viewing },
  reportPlayed: { id: of.viewing, parts: [{ from: 0, to: 1, speed: 1 }] },
  readCustody: { id: of.item },
  readProof: { id: of.item, entry: of.entry },
  readLedger: { limit: 10 },
  declareUpload: {
    case: of.case,
    particulars: { title: 'Walk', category: 'other' },
    originalName: 'walk.bin',
    size: 10,
  },
  listUploads: {},
  readUpload: { id: of.upload },
  declareDigest: { id: of.upload, sha256: '0'.repeat(64) },
  cancelUpload: { id: of.upload },
  sendBytes: { id: of.upload },
  search: { q: 'elm street' },
  exportItem: { id: of.item, why },
  exportCase: { id: of.case, why },
  readBag: { id: of.export },
  preparePaper: { kind: 'custody', about: { of: 'item', id: of.item }, why },
  listPapers: { case: of.case },
  readPaper: { id: of.paper },
  readStamping: {},
  addAuthority: { name: 'walk', url: 'https://tsa.example', roots: 'none' },
  endAuthority: { name: 'walk' },
  stampNow: {},
  readWitnessing: {},
  changePolicy: { policy: null },
  changeLedgerAccess: { access: 'closed' },
  addMonitor: { name: 'A monitor of the walk' },
  endMonitor: { id: of.monitor },
  listAlarms: { open: 'true' },
  readAlarm: { id: of.alarm },
  listExpungements: {},
  draftExpungement: {
    court: 'Court of the walk',
    reference: '26-WALK',
    issuedOn: '2026-03-14',
    judge: 'A. Judge',
    scope: { kind: 'item', item: of.item },
  },
  readExpungement: { id: of.expungement },
  previewExpungement: { id: of.expungement },
  approveExpungement: { id: of.expungement, reference: 'another one' },
  declineExpungement: { id: of.expungement, why },
  withdrawExpungement: { id: of.expungement },
  proveExpungement: { id: of.expungement },
  readFixity: {},
  beginFixityRound: {},
  listFindings: {},
  acknowledgeAlarm: { id: of.alarm, note: 'Seen on the walk' },
})

export type Step = { readonly name: string; readonly contract: Contract; readonly asked: Asked; readonly wire: Wire }

/** A well-formed request of every operation there is. Fails as soon as one is not covered. */
export function everyContract(of: Things): readonly Step[] {
  const known = asked(of)
  const names = contracts.map(({ name }) => name)
  assert.deepEqual(Object.keys(known).toSorted(), names.toSorted(), 'testing/every-contract.ts covers every contract')
  return contracts.map(({ name, contract }) => {
    const own = known[name] as Asked
    return { name, contract, asked: own, wire: tusOf(contract, wireOf(contract, own)) }
  })
}

/** A part of a file goes as bytes, with the headers of tus. */
const tusOf = ({ path }: Contract, wire: Wire): Wire =>
  path === '/uploads/:id/bytes'
    ? {
        ...wire,
        body: Buffer.from('0123456789'),
        headers: { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      }
    : wire

/** Things that are nowhere. */
export const nothings = (): Things => {
  const some = () => crypto.randomUUID()
  return {
    case: some(),
    item: some(),
    upload: some(),
    viewing: some(),
    export: some(),
    person: some(),
    entry: some(),
    alarm: some(),
    paper: some(),
    expungement: some(),
    monitor: some(),
    transfer: some(),
  }
}
