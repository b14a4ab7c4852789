import { join } from 'node:path'
import { renderUnicodeCompact } from 'uqr'
import { table } from '../table.ts'
import { codeAt, stepAt } from '../totp.ts'
import { cast, department } from './cast.ts'
import type { Stage } from './people.ts'
import type { DemoState } from './state.ts'

/** Those whose authenticator is shown as a picture: one who sees all evidence, one who runs the agency. */
const pictured = ['hcho', 'dwhitfield'] as const

/** Tells everything that a person needs to look around. */
export function playbill({ origin, data, say }: Omit<Stage, 'ca'>, state: DemoState): void {
  const rows = cast.map(({ signInName, name, role, mayTry }) => [signInName, name, role, mayTry])
  const heading = ['sign-in name', 'person', 'role', 'may try']
  for (const line of [
    '',
    `The demonstration of ${department.name} is open at ${origin}`,
    '',
    ...trust(origin, data),
    '',
    ...table(heading, rows),
    '',
    `Password of everyone: ${state.password}`,
    'The second factor is a code. Scan one of these with an authenticator app, or type in a secret,',
    'or take the code from the list below.',
    '',
    ...pictures(state),
  ])
    say(line)
  for (const line of codes(state)) say(line)
}

function trust(origin: string, data: string): string[] {
  const ca = join(data, 'tls', 'ca.crt')
  return [
    'The browser will warn, because the vault made its certificate itself. Go on past the warning, or trust its',
    `authority: import ${ca} as an authority for websites.`,
    `On the command line: npx sallyport sign-in --url ${origin} --ca ${ca}`,
  ]
}

/** QR codes side by side where there is room; light on dark, as scanners want it, whatever the terminal's colours. */
function pictures({ secrets }: DemoState): string[] {
  const drawn = pictured.map((name) => {
    const uri = `otpauth://totp/Sallyport:${name}?secret=${secrets[name] ?? ''}&issuer=Sallyport`
    return { name, lines: renderUnicodeCompact(uri, { ecc: 'L', border: 2 }).split('\n') }
  })
  const paint = (line: string) => (process.stdout.isTTY ? `\u001b[40;97m${line}\u001b[0m` : line)
  const width = drawn[0]?.lines[0]?.length ?? 0
  if ((process.stdout.columns || 80) < 2 * width + 3)
    return drawn.flatMap(({ name, lines }) => [name, ...lines.map(paint), ''])
  const tall = Math.max(...drawn.map(({ lines }) => lines.length))
  const row = (at: number) => drawn.map(({ lines }) => paint((lines[at] ?? '').padEnd(width))).join('   ')
  return [
    drawn.map(({ name }) => name.padEnd(width)).join('   '),
    ...Array.from({ length: tall }, (_, at) => row(at)),
    '',
  ]
}

/**
 * Codes that work now. They are those of the coming half minute, which the vault takes already: the
 * code of this one may have been used, and each works once.
 */
export function codes({ secrets }: DemoState, now = new Date()): string[] {
  const step = stepAt(now) + 1
  const until = new Date((step + 2) * 30_000 - 5000).toTimeString().slice(0, 8)
  const rows = cast.flatMap(({ signInName }) => {
    const secret = secrets[signInName]
    return secret ? [[signInName, codeAt(secret, step), secret.replace(/(.{4})(?=.)/g, '$1 ')]] : []
  })
  return [
    ...table(['sign-in name', 'code', 'secret of the authenticator'], rows),
    '',
    `Each code works once, until ${until}.`,
  ]
}
