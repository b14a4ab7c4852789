#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import type { Command, Voice } from './command.ts'
import { agency } from './commands/agency.ts'
import { demo } from './commands/demo.ts'
import { doctor } from './commands/doctor.ts'
import { exportCommand } from './commands/export.ts'
import { get } from './commands/get.ts'
import { ledgerCommand } from './commands/ledger.ts'
import { ls } from './commands/ls.ts'
import { mirrorCommand } from './commands/mirror.ts'
import { put } from './commands/put.ts'
import { searchCommand } from './commands/search.ts'
import { signInCommand } from './commands/sign-in.ts'
import { signOutCommand } from './commands/sign-out.ts'
import { start } from './commands/start.ts'
import { verifyCommand } from './commands/verify.ts'
import { witnessCommand } from './commands/witness.ts'
import { nearest } from './nearest.ts'

const commands = new Map<string, Command>([
  ['start', start],
  ['demo', demo],
  ['agency', agency],
  ['sign-in', signInCommand],
  ['sign-out', signOutCommand],
  ['put', put],
  ['get', get],
  ['ls', ls],
  ['search', searchCommand],
  ['export', exportCommand],
  ['verify', verifyCommand],
  ['ledger', ledgerCommand],
  ['mirror', mirrorCommand],
  ['witness', witnessCommand],
  ['doctor', doctor],
])

const voice: Voice = { say: (line) => console.log(line), warn: (line) => console.error(line) }

// Whoever reads our output may have seen enough: `sallyport ls | head` is not a fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

const [name = '--help', ...argv] = process.argv.slice(2)
const chosen = commands.get(name)

if (chosen) process.exitCode = await chosen.run(argv, voice)
else if (name === '--version' || name === '-v') voice.say(version())
else if (name === '--help' || name === '-h' || name === 'help') overview(voice.say)
else {
  const meant = nearest(name, [...commands.keys()])
  voice.warn(`There is no command ${JSON.stringify(name)}.${meant ? ` Did you mean: sallyport ${meant}` : ''}`)
  voice.warn('See them all with: sallyport --help')
  process.exitCode = 2
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return `sallyport ${version}`
}

function overview(say: Voice['say']): void {
  say('sallyport COMMAND [OPTIONS]')
  say('')
  for (const [command, { does }] of commands) say(`  ${command.padEnd(10)}${does}`)
  say('')
  say('Each command tells its options with --help, and speaks JSON with --json.')
  say('Exit 0: done. 1: done, and the answer is no. 2: not done.')
}
