/** The time zones that this browser knows, and the one that is set even if it does not know it. */
export function zoneNames(set: string): string[] {
  const known = new Set(Intl.supportedValuesOf('timeZone'))
  known.add(set)
  known.add('UTC')
  return [...known].sort()
}
