import type { addMember, namePersonInCase, openCase } from '@sallyport/api/cases'
import type { Asking } from '@sallyport/api/contract'
import type { Particulars } from '../upload/deliver.ts'
import type { Who } from './cast.ts'

/** A file of `cli/media` that somebody delivers. `of`: the file that it was made from. */
export type Handing = {
  readonly by: Who
  readonly file: string
  readonly particulars: Particulars
  readonly of?: string
}

export type CasePlan = {
  readonly lead: Who
  readonly file: Asking<typeof openCase>
  readonly members: readonly { readonly who: Who; readonly level: Asking<typeof addMember>['level'] }[]
  readonly people: readonly Pick<Asking<typeof namePersonInCase>, 'name' | 'role' | 'remarks'>[]
  readonly notes: readonly { readonly by: Who; readonly text: string }[]
  readonly handings: readonly Handing[]
}

const trafficStop: CasePlan = {
  lead: 'mruiz',
  file: {
    number: '26-004417',
    title: 'Traffic stop and OVI arrest, Harbor Road at Mill Street',
    type: 'traffic',
    description:
      'Red sedan, Ohio FHV 318, failed to stop for the red signal northbound at Mill Street. Odor of alcohol, field sobriety tests, one arrest. Vehicle towed by Harbor Towing.',
  },
  members: [
    { who: 'tbecker', level: 'work' },
    { who: 'agrant', level: 'work' },
  ],
  people: [
    { name: 'Rachel Dunmore', role: 'arrestee', remarks: 'Driver and only occupant.' },
    { name: 'Ofc. Maria Ruiz', role: 'officer' },
  ],
  notes: [
    {
      by: 'mruiz',
      text: 'Breath test at the station at 03:12, result on the state form. Copy requested from the lab.',
    },
    { by: 'tbecker', text: 'Inventory of the vehicle done before the tow. Nothing of value left inside.' },
  ],
  handings: [
    {
      by: 'mruiz',
      file: 'ICV_UNIT12_20260314_061224Z.mp4',
      particulars: {
        title: 'In-car video, Unit 12, front',
        category: 'in-car-video',
        description: 'Harbor Road northbound from Pier Street to the stop.',
        source: { device: 'Unit 12 in-car system', person: 'Ofc. Maria Ruiz' },
        recordedAt: '2026-03-14T06:12:24Z',
        clockOffsetSeconds: 2,
        place: 'Harbor Road, Fairhaven',
        tags: ['stop', 'red light'],
      },
    },
    {
      by: 'mruiz',
      file: 'BWC_1204_20260314_061408Z.mp4',
      particulars: {
        title: 'Body-worn video, Ofc. Ruiz, first contcat',
        category: 'body-worn-video',
        description: 'From the approach to the car until the driver steps out.',
        source: { device: 'BWC 1204', person: 'Ofc. Maria Ruiz' },
        recordedAt: '2026-03-14T06:14:08Z',
        clockOffsetSeconds: 0,
        place: 'Harbor Road at Mill Street, Fairhaven',
        tags: ['stop', 'OVI'],
      },
    },
    {
      by: 'mruiz',
      file: 'CAD_26-004417.txt',
      particulars: {
        title: 'Dispatch log of the incident',
        category: 'document',
        source: { device: 'Fairhaven Regional Dispatch' },
        recordedAt: '2026-03-14T08:18:44Z',
        tags: ['dispatch'],
      },
    },
    {
      by: 'agrant',
      file: 'BWC_1204_clip_061418Z.mp4',
      of: 'BWC_1204_20260314_061408Z.mp4',
      particulars: {
        title: 'Clip: the driver answers',
        category: 'body-worn-video',
        description: 'Six seconds for the charging decision, cut from the original without encoding it again.',
        source: { person: 'Det. Aisha Grant' },
        recordedAt: '2026-03-14T06:14:18Z',
        tags: ['clip'],
      },
    },
  ],
}

const burglary: CasePlan = {
  lead: 'agrant',
  file: {
    number: '26-004431',
    title: 'Burglary, 218 Cedar Lane',
    type: 'burglary',
    description:
      'Rear door forced while the owners were away. A parcel was taken from the front door. Neighbor called at 11:26.',
  },
  members: [
    { who: 'tbecker', level: 'work' },
    { who: 'nokafor', level: 'view' },
  ],
  people: [
    { name: 'Peter Leland', role: 'victim', remarks: 'Owner, away until Tuesday. Will send the doorbell recording.' },
    { name: 'Joan Palmer', role: 'witness', remarks: 'Lives at 220 Cedar Lane.' },
  ],
  notes: [
    { by: 'agrant', text: 'Doorbell clock runs 38 seconds ahead of true time, compared by telephone with the owner.' },
    { by: 'tbecker', text: 'Canvassed Cedar Lane 210 to 230. Nobody else was at home.' },
  ],
  handings: [
    {
      by: 'agrant',
      file: 'doorbell_218-cedar-lane_20260315.webm',
      particulars: {
        title: 'Doorbell camera, front door',
        category: 'surveillance-video',
        description: 'A person comes up the path, picks up a parcel and leaves.',
        source: { device: 'Doorbell camera of the owner', person: 'Peter Leland' },
        recordedAt: '2026-03-15T14:30:12Z',
        clockOffsetSeconds: 38,
        place: '218 Cedar Lane, Fairhaven',
        tags: ['doorbell', 'parcel'],
      },
    },
    photograph('DSC_0417.jpg', 'Rear door, strike plate and tool marks', '2026-03-15T15:52:31Z'),
    photograph('DSC_0418.jpg', 'Shoe print below the rear window', '2026-03-15T15:58:04Z'),
    {
      by: 'agrant',
      file: 'Statement_Palmer_20260315.pdf',
      particulars: {
        title: 'Witness statement, Joan Palmer',
        category: 'document',
        source: { person: 'Joan Palmer' },
        recordedAt: '2026-03-15T17:42:00Z',
        place: '220 Cedar Lane, Fairhaven',
        tags: ['statement'],
      },
    },
  ],
}

function photograph(file: string, title: string, recordedAt: string): Handing {
  return {
    by: 'tbecker',
    file,
    particulars: {
      title,
      category: 'photograph',
      source: { device: 'Halden FD-7, property tag 5518', person: 'Ofc. Tom Becker' },
      recordedAt,
      clockOffsetSeconds: -4,
      place: '218 Cedar Lane, Fairhaven',
      tags: ['scene'],
    },
  }
}

const disturbance: CasePlan = {
  lead: 'tbecker',
  file: {
    number: '26-004452',
    title: 'Domestic disturbance, 41 Alder Court',
    type: 'domestic',
    description: 'Neighbor heard shouting and something break. One adult and one child in the apartment, unhurt.',
  },
  members: [{ who: 'nokafor', level: 'work' }],
  people: [
    { name: 'Lena Ortiz', role: 'complainant', remarks: 'Neighbor who called.' },
    { name: 'Karen Shaw', role: 'victim' },
    { name: 'Martin Shaw', role: 'suspect', remarks: 'Left before officers arrived.' },
  ],
  notes: [{ by: 'nokafor', text: 'Advocate informed at 23:40. Follow-up visit on Wednesday.' }],
  handings: [
    {
      by: 'tbecker',
      file: '911_20260316_225714.m4a',
      particulars: {
        title: 'Emergency call of the neighbor',
        category: 'audio',
        source: { device: 'Fairhaven Regional Dispatch', person: 'Lena Ortiz' },
        recordedAt: '2026-03-17T02:57:14Z',
        tags: ['911'],
      },
    },
    {
      by: 'tbecker',
      file: 'BWC_1187_20260317_030125Z.mp4',
      particulars: {
        title: 'Body-worn video, Ofc. Becker, at the door',
        category: 'body-worn-video',
        source: { device: 'BWC 1187', person: 'Ofc. Tom Becker' },
        recordedAt: '2026-03-17T03:01:25Z',
        clockOffsetSeconds: 0,
        place: '41 Alder Court, apartment 6, Fairhaven',
        tags: ['first contact'],
      },
    },
  ],
}

const hitAndRun: CasePlan = {
  lead: 'mruiz',
  file: {
    number: '26-004460',
    title: 'Parked car struck, Union Avenue',
    type: 'traffic',
    description: 'Blue sedan struck at the right front fender while parked. Silver paint transfer. No plate seen.',
  },
  members: [],
  people: [{ name: 'Samuel Brandt', role: 'complainant', remarks: 'Owner of the parked car.' }],
  notes: [],
  handings: [
    {
      by: 'mruiz',
      file: 'DSC_0431.jpg',
      particulars: {
        title: 'Right front fender, paint transfer',
        category: 'photograph',
        source: { device: 'Halden FD-7, property tag 5520', person: 'Ofc. Maria Ruiz' },
        recordedAt: '2026-03-16T21:20:45Z',
        place: 'Union Avenue 300 block, Fairhaven',
        tags: ['damage'],
      },
    },
  ],
}

const missingPerson: CasePlan = {
  lead: 'agrant',
  file: { number: '26-004475', title: 'Missing person, Walter Finch', type: 'missing-person' },
  members: [{ who: 'mruiz', level: 'work' }],
  people: [{ name: 'Walter Finch', role: 'other', remarks: '81 years old, last seen at the bus station at 16:05.' }],
  notes: [{ by: 'agrant', text: 'Found at his sister’s house at 19:20, in good health. Nothing to deliver so far.' }],
  handings: [],
}

export const casePlans: readonly CasePlan[] = [trafficStop, burglary, disturbance, hitAndRun, missingPerson]
