import { momentOf } from './agency-time.ts'

type Days = { readonly from?: string; readonly to?: string }

/** The first and the last moment of the chosen days, on the agency's clock. */
export function daysOn(zone: string, { from, to }: Days): Days {
  const first = from ? momentOf(zone, `${from}T00:00:00`) : undefined
  const last = to ? momentOf(zone, `${to}T23:59:59`) : undefined
  return {
    ...(first && { from: first.toISOString() }),
    ...(last && { to: new Date(last.getTime() + 999).toISOString() }),
  }
}
