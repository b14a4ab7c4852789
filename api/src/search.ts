import { z } from 'zod'
import { caseLine } from './cases.ts'
import { contract } from './contract.ts'
import { categories, itemLine, itemStates } from './items.ts'

export const search = contract({
  does: 'Finds cases and items by words and beginnings of words, as one types. The question itself is entered in the ledger.',
  method: 'GET',
  path: '/search',
  permission: 'case.read',
  ledger: 'search.asked',
  query: z.strictObject({
    q: z.string().trim().min(1).max(200),
    kind: z.enum(['case', 'item']).optional(),
    category: z.enum(categories).optional(),
    state: z.enum(itemStates).optional(),
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
    limit: z.coerce.number().int().min(1).max(100).default(30),
  }),
  reply: z.object({
    cases: z.array(caseLine),
    items: z.array(itemLine),
    /** There are more than were asked for: narrow the question. */
    more: z.boolean(),
  }),
  refuses: [],
})
