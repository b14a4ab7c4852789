import type { expungement } from '@sallyport/api/expungements'
import type { z } from 'zod'

export type Order = z.output<typeof expungement>

export const stateWords: Readonly<Record<Order['state'], { says: string; tone: string }>> = {
  drafted: { says: 'Waits for a second person', tone: 'wait' },
  withdrawn: { says: 'Withdrawn, nothing was destroyed', tone: 'dim' },
  declined: { says: 'Declined, nothing was destroyed', tone: 'dim' },
  executed: { says: 'Executed', tone: '' },
}

export const scopeWords: Readonly<Record<Order['scope']['kind'], string>> = {
  item: 'An item',
  person: 'A person named in a case',
  account: 'The details of an account',
}
