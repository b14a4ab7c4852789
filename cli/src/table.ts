/**
 * Text for a terminal. Titles and names come from people, so control characters are taken out: an
 * escape sequence in a file name must not move the cursor or write to the clipboard of the reader.
 */
export const shown = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '?')

/** Lines of a table with a heading; each column as wide as its widest cell, none wider than `most`. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[], most = 60): string[] {
  const cells = [heading, ...rows].map((row) => row.map((cell) => clip(shown(cell), most)))
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? '')].length)))
  return cells.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length)))
      .join('  ')
      .trimEnd(),
  )
}

const clip = (text: string, most: number): string => {
  const letters = [...text]
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`
}
