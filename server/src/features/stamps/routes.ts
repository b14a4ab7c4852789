import { addAuthority, endAuthority, readStamping, stampNow } from '@sallyport/api/stamps'
import { afterwards, type Ground, within } from '#db/within.ts'
import { polledRoute, type Route, route, slowRoute } from '#http/route.ts'
import { ledgerHead } from '#ledger/rows.ts'
import type { Stamping } from './stamping.ts'
import { end, name, standing } from './stamps.ts'

type Needs = { readonly ground: Ground; readonly stamping: Pick<Stamping, 'stamp' | 'everyMinutes'> }

export const stampRoutes = ({ ground, stamping }: Needs): readonly Route[] => {
  const { everyMinutes } = stamping
  return [
    polledRoute(readStamping, ({ tx }) => standing(tx, everyMinutes)),
    route(addAuthority, async ({ tx, asked, now }) => {
      const shown = await name(tx, asked, { now, everyMinutes })
      const [head, { agency }] = [await ledgerHead(tx), tx.actor]
      // The first stamp shows at once whether the authority answers, and whether its certificates fit.
      if (head) afterwards(tx, () => void stamping.stamp(agency, head))
      return shown
    }),
    route(endAuthority, ({ tx, asked, now }) => end(tx, asked, { now, everyMinutes })),
    slowRoute(stampNow, async ({ tx }) => {
      const [head, { actor }] = [await ledgerHead(tx), tx]
      return async () => {
        if (head) await stamping.stamp(actor.agency, head)
        const reply = await within(ground, actor, (later) => standing(later, everyMinutes))
        return { reply, on: [actor.agency], detail: { size: head?.size ?? 0 } }
      }
    }),
  ]
}
