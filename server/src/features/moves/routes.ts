import { moveItem } from '@sallyport/api/transfers'
import { type Route, route } from '#http/route.ts'
import { move } from './move.ts'

export const moveRoutes: readonly Route[] = [route(moveItem, ({ tx, asked, now }) => move(tx, asked, now))]
