import { acknowledgeAlarm, listAlarms, readAlarm } from '@sallyport/api/alarms'
import { polledRoute, type Route, route } from '#http/route.ts'
import { acknowledge, list, read } from './acknowledge.ts'

export const alarmRoutes: readonly Route[] = [
  polledRoute(listAlarms, ({ tx, asked }) => list(tx, asked)),
  route(readAlarm, ({ tx, asked }) => read(tx, asked.id)),
  route(acknowledgeAlarm, ({ tx, asked, now }) => acknowledge(tx, asked, now)),
]
