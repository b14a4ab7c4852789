import {
  acceptTransfer,
  listTransfers,
  offerTransfer,
  refuseTransfer,
  withdrawTransfer,
} from '@sallyport/api/transfers'
import type { Ground } from '#db/within.ts'
import { type Route, route, slowRoute } from '#http/route.ts'
import { accept, list, refuse, withdraw } from './answer.ts'
import { offer } from './offer.ts'

/** Signing takes a transaction of its own between two others, so that a wrong code is counted whatever comes after. */
export const transferRoutes = ({ ground }: { readonly ground: Ground }): readonly Route[] => [
  slowRoute(offerTransfer, ({ tx, asked, now }) => offer(tx, asked, { ground, now })),
  route(listTransfers, ({ tx, asked, now }) => list(tx, asked, now)),
  slowRoute(acceptTransfer, ({ tx, asked, now }) => accept(tx, asked, { ground, now })),
  route(refuseTransfer, ({ tx, asked, now }) => refuse(tx, asked, now)),
  route(withdrawTransfer, ({ tx, asked, now }) => withdraw(tx, asked, now)),
]
