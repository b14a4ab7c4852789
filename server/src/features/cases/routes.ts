import {
  addMember,
  annotateCase,
  listCases,
  namePersonInCase,
  noteOnCase,
  openCase,
  readCase,
  removeMember,
} from '@sallyport/api/cases'
import { type Route, route } from '#http/route.ts'
import { annotate, list, namePerson, note, open, share, unshare } from './cases.ts'
import { caseShown } from './shown.ts'

export const caseRoutes: readonly Route[] = [
  route(listCases, ({ tx, asked }) => list(tx, asked)),
  route(openCase, ({ tx, asked, now }) => open(tx, asked, now)),
  route(readCase, ({ tx, asked }) => caseShown(tx, asked.id)),
  route(annotateCase, ({ tx, asked, now }) => annotate(tx, asked, now)),
  route(noteOnCase, ({ tx, asked, now }) => note(tx, asked, now)),
  route(namePersonInCase, ({ tx, asked, now }) => namePerson(tx, asked, now)),
  route(addMember, ({ tx, asked, now }) => share(tx, asked, now)),
  route(removeMember, ({ tx, asked, now }) => unshare(tx, asked, now)),
]
