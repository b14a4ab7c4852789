/** Does a thing for each of a list, at most `width` at a time, and gives the results in the list's order. */
export async function inParallel<Of, Result>(
  list: readonly Of[],
  width: number,
  deed: (one: Of) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const rest = list.entries()
  const work = async () => {
    for (const [at, one] of rest) results[at] = await deed(one)
  }
  await Promise.all(Array.from({ length: Math.min(width, list.length) }, work))
  return results
}
