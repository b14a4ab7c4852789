import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { inWords, NotDone } from './not-done.ts'

/** 0: done. 1: done, and the answer is no. 2: not done. */
export type Exit = 0 | 1 | 2
export type Say = (line: string) => void
/** Where a command speaks: answers on standard output, everything else on standard error. */
export type Voice = { readonly say: Say; readonly warn: Say }
/** Tells a fact: with `--json` as one value on one line, otherwise in the sentences given with it. */
export type Tell = (fact: object, ...sentences: readonly string[]) => void

export type Command = {
  readonly usage: string
  readonly does: string
  /** Gives an {@link Exit}, save `start` and `demo`, which end as their server ended. */
  readonly run: (argv: readonly string[], voice: Voice) => Promise<number>
}

const everywhere = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const

type Given<O extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: O & typeof everywhere; allowPositionals: true }>
>

type Parts<O extends ParseArgsOptionsConfig> = {
  readonly usage: string
  readonly does: string
  /** Each option in a line, for `--help`. */
  readonly help?: readonly string[]
  readonly options: O
  readonly run: (given: Given<O>, tell: Tell, warn: Say) => Promise<number>
}

/** A command whose options are typed from their own declaration: a misspelt one does not compile. */
export const command = <const O extends ParseArgsOptionsConfig>(parts: Parts<O>): Command => ({
  usage: parts.usage,
  does: parts.does,
  async run(argv, { say, warn }) {
    const json = argv.includes('--json')
    const tell: Tell = (fact, ...sentences) =>
      json ? say(JSON.stringify(fact)) : sentences.forEach((line) => say(line))
    try {
      if (argv.includes('--help') || argv.includes('-h')) for (const line of helpOf(parts)) say(line)
      else return await parts.run(parse(argv, parts), tell, warn)
      return 0
    } catch (error) {
      const failed = inWords(error)
      if (json) say(JSON.stringify({ failed }))
      else warn([failed.says, failed.next].filter(Boolean).join(' '))
      return 2
    }
  },
})

export const helpOf = ({ usage, does, help = [] }: { usage: string; does: string; help?: readonly string[] }) => [
  `sallyport ${usage}`,
  '',
  does,
  ...(help.length ? ['', ...help.map((line) => `  ${line}`)] : []),
]

function parse<O extends ParseArgsOptionsConfig>(argv: readonly string[], { options, usage }: Parts<O>): Given<O> {
  try {
    return parseArgs({ args: [...argv], options: { ...options, ...everywhere }, allowPositionals: true })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new NotDone(`${error.message.split('. ')[0]}.`, `It is used so: sallyport ${usage}`)
  }
}
