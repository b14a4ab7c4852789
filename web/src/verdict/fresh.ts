/** How long a check counts as made just now. After that the line turns grey: things may have changed. */
const freshFor = 10 * 60_000

export const isFresh = (checkedAt: string, now: Date): boolean => now.getTime() - Date.parse(checkedAt) < freshFor
