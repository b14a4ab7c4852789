import { search } from '@sallyport/api/search'
import { type Route, route } from '#http/route.ts'
import { find } from './search.ts'

export const searchRoutes: readonly Route[] = [route(search, ({ tx, asked }) => find(tx, asked))]
