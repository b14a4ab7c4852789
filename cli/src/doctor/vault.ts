import { readEntrance, readVault } from '@sallyport/api/agency'
import { call, send, textOf, type Vault } from '../client.ts'
import { inWords, Refused } from '../not-done.ts'
import { bytes, many, moment } from '../quantities.ts'
import type { Finding } from './finding.ts'

/** Checks a running vault: whether it is ready, its clock, and what an administrator may see of it. */
export async function checkVault(vault: Vault): Promise<Finding[]> {
  return [
    ...(await looked('Readiness', () => checkReady(vault))),
    ...(await looked('Key', () => checkEntrance(vault))),
    ...(await looked('State of the vault', () => checkState(vault))),
  ]
}

/** A check that fails to look is told as such, and the others still run. */
async function looked(check: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look()
  } catch (error) {
    const { says, next } = inWords(error)
    return [{ check, state: 'wrong', found: says, advice: next }]
  }
}

async function checkReady(vault: Vault): Promise<Finding[]> {
  const asked = Date.now()
  const answer = await send(vault, { method: 'GET', path: '/readyz' })
  const told = await textOf(answer)
  const answered = Date.now()
  const check = 'Readiness'
  const ready: Finding =
    answer.statusCode === 200
      ? { check, state: 'well', found: `the vault at ${vault.origin} is ready.` }
      : { check, state: 'wrong', found: `the vault is not ready: ${told.slice(0, 200)}`, advice: 'See its log.' }
  return [ready, checkClock(answer.headers.date, { asked, answered })]
}

const mostApart = 15

/** Compares clocks. A one-time code stands for 30 seconds, and every entry of the ledger bears the server's time. */
export function checkClock(
  date: string | undefined,
  { asked, answered }: { asked: number; answered: number },
): Finding {
  const check = 'Clock'
  const theirs = Date.parse(date ?? '')
  if (Number.isNaN(theirs)) return { check, state: 'unseen', found: 'the vault did not tell its time.' }
  // The header counts whole seconds, so half a second is the best guess at what it left out.
  const apart = Math.round((theirs + 500 - (asked + answered) / 2) / 1000)
  if (Math.abs(apart) <= mostApart)
    return { check, state: 'well', found: `the vault and this machine agree to ${Math.abs(apart)} s.` }
  const found = `the clock of the vault is ${many(Math.abs(apart), 'second')} ${apart > 0 ? 'ahead of' : 'behind'} this machine.`
  return { check, state: 'wrong', found, advice: 'Keep both by NTP (CJISSECPOL AU-8); codes are refused otherwise.' }
}

async function checkEntrance(vault: Vault): Promise<Finding[]> {
  const { state } = await call(vault, readEntrance, {})
  const check = 'Key'
  if (state === 'open') return [{ check, state: 'well', found: 'the agency key is released to the vault.' }]
  if (state === 'empty')
    return [
      {
        check,
        state: 'note',
        found: 'no agency is set up yet.',
        advice: 'Open the set-up link that the vault printed.',
      },
    ]
  return [{ check, state: 'wrong', found: 'the vault is sealed.', advice: 'An administrator opens it at /unlock.' }]
}

const mostWaiting = 1000

async function checkState(vault: Vault): Promise<Finding[]> {
  const check = 'State of the vault'
  const advice = 'Sign in as administrator or auditor to have ledger, keys, cryptography and storage looked at.'
  if (!vault.session) return [{ check, state: 'unseen', found: 'nobody is signed in here.', advice }]
  try {
    const { ledger, keys, cryptography, storage, version } = await call(vault, readVault, {})
    return [
      { check: 'Version', state: 'well', found: `${version}.` },
      checkLedger(ledger),
      {
        check: 'Key holder',
        state: 'note',
        found: `${keys.holder}, opened ${keys.unlock}, released ${moment(keys.releasedAt)}.`,
      },
      { check: 'Cryptography of the vault', state: cryptography.fips ? 'well' : 'note', found: cryptography.says },
      {
        check: 'Storage',
        state: 'well',
        found: `${many(storage.objects, 'item')}, ${bytes(storage.bytes)}; ${bytes(storage.freeBytes)} free.`,
      },
    ]
  } catch (error) {
    if (!(error instanceof Refused) || (error.status !== 401 && error.status !== 403)) throw error
    return [{ check, state: 'unseen', found: error.message, advice }]
  }
}

function checkLedger({ size, waiting }: { readonly size: number; readonly waiting: number }): Finding {
  const check = 'Ledger'
  if (waiting <= mostWaiting)
    return { check, state: 'well', found: `${size} entries, ${waiting} waiting for their place.` }
  return {
    check,
    state: 'wrong',
    found: `${waiting} entries wait for their place.`,
    advice: 'See the log: the sequencer stands still.',
  }
}
