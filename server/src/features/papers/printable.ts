import { readFileSync } from 'node:fs'
import { coverage, typefaces } from './typefaces.ts'

/** What a person cannot see, or what turns the order of what they see: it is shown by its number instead. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u

let known: ((codePoint: number) => boolean)[] | undefined

/** What is said may be set in bold, so only what both typefaces have counts. */
function has(codePoint: number): boolean {
  known ??= [typefaces.plain, typefaces.bold].map((file) => coverage(readFileSync(file)))
  return known.every((holds) => holds(codePoint))
}

const number = (character: string) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/**
 * A text as it can be printed: what the typeface lacks, and what nobody can see, is shown by its Unicode number
 * in brackets. Nothing is left out and nothing is passed off as something else.
 */
export function printable(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text
  let [shown, numbers] = ['', new Array<string>()]
  const flush = () => {
    if (numbers.length > 0) shown += `[${numbers.join(' ')}]`
    numbers = []
  }
  for (const character of text.normalize('NFC').toWellFormed()) {
    if (character === '\n' || (!unseen.test(character) && has(character.codePointAt(0) ?? 0))) {
      flush()
      shown += character
    } else numbers.push(number(character))
  }
  flush()
  return shown
}
