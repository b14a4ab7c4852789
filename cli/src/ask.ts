import { createInterface } from 'node:readline/promises'
import { NotDone } from './not-done.ts'

/** Asks a person at the terminal. The question goes to standard error, so that answers can be piped. */
export async function ask(question: string): Promise<string> {
  needsPerson(question)
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await lines.question(`${question} `)).trim()
  } finally {
    lines.close()
  }
}

/** Asks for something that must not be seen: nothing is echoed, not even its length. */
export function askSecretly(question: string): Promise<string> {
  needsPerson(question)
  process.stderr.write(`${question} `)
  process.stdin.setRawMode(true)
  process.stdin.resume()
  return new Promise((resolve, reject) => {
    let typed = ''
    const end = (deed: () => void) => {
      process.stdin.off('data', take)
      process.stdin.setRawMode(false)
      process.stdin.pause()
      process.stderr.write('\n')
      deed()
    }
    const take = (data: Buffer) => {
      for (const key of data.toString('utf8')) {
        if (key === '\r' || key === '\n') return end(() => resolve(typed))
        if (key === '\u0003' || key === '\u0004') return end(() => reject(new NotDone('Stopped by you.')))
        typed = key === '\u007f' || key === '\b' ? [...typed].slice(0, -1).join('') : typed + key
      }
    }
    process.stdin.on('data', take)
  })
}

function needsPerson(question: string): void {
  if (process.stdin.isTTY) return
  throw new NotDone(`There is no terminal at which to ask: ${question}`, 'For a script, see: sallyport sign-in --help')
}
