import type { Answered } from '@sallyport/api/contract'
import { readItem } from '@sallyport/api/items'
import { asked } from '../asked.ts'

export type ItemRecord = Answered<typeof readItem>

export const itemAsked = (id: string) => asked(readItem, { id })
