/** Beginnings of words are indexed up to this many characters; longer ones are compared after opening. */
export const longestPrefix = 8
const shortestPrefix = 2
/** A record has at most this many distinct words in the index; the rest is found by opening only. */
const mostWords = 400

/**
 * The words of a text, as search sees them: without case, accents and punctuation.
 *
 * `26-004417` is the words `26` and `004417`, and `O'Brien` is `o` and `brien`, in a record and in a
 * question alike.
 */
export const wordsOf = (text: string): readonly string[] =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => [...word].length >= shortestPrefix)

/** What is indexed of a record: every beginning of every word, two to eight characters long. */
export function prefixesOf(texts: readonly string[]): ReadonlySet<string> {
  const words = [...new Set(texts.flatMap(wordsOf))].slice(0, mostWords)
  const prefixes = new Set<string>()
  for (const word of words) {
    const characters = [...word]
    for (let length = shortestPrefix; length <= Math.min(longestPrefix, characters.length); length++) {
      prefixes.add(characters.slice(0, length).join(''))
    }
  }
  return prefixes
}

/** What is looked up for a question: for each of its words, the longest beginning that is indexed. */
export const lookupsOf = (question: string): readonly string[] => [
  ...new Set(wordsOf(question).map((word) => [...word].slice(0, longestPrefix).join(''))),
]

/** Whether every word of the question begins a word of the record. The index only says "perhaps". */
export function answers(question: string, texts: readonly string[]): boolean {
  const words = texts.flatMap(wordsOf)
  return wordsOf(question).every((asked) => words.some((word) => word.startsWith(asked)))
}
