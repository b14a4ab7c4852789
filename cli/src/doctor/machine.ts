import { X509Certificate, getFips } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFolders } from '../connect.ts'
import { bytes } from '../quantities.ts'
import type { Finding } from './finding.ts'

const leastFree = 10e9
const leastFreePart = 0.05

/** Checks what does not need a running vault: the runtime, and the data folder if one lies here. */
export async function checkMachine(data: string | undefined): Promise<Finding[]> {
  const folder = dataFolders(data ?? process.env['SALLYPORT_DATA']).find(existsSync)
  const here = folder
    ? [
        await checkRights(folder),
        await checkSecrets(folder),
        await checkDisk(folder),
        ...(await checkCertificates(folder)),
      ]
    : [nothingHere]
  return [checkNode(), checkProvider(), await checkSwap(), ...here]
}

const nothingHere: Finding = {
  check: 'Data folder',
  state: 'note',
  found: 'no data folder of a vault lies here.',
  advice: 'If one should, name it with --data FOLDER.',
}

export function checkNode(version = process.version): Finding {
  const check = 'Node.js'
  if (Number(version.slice(1).split('.')[0]) >= 24) return { check, state: 'well', found: `${version}.` }
  return {
    check,
    state: 'wrong',
    found: `${version}, and 24 or newer is needed.`,
    advice: 'Run it by npm: npx sallyport.',
  }
}

/** Says which cryptography runs. A module is validated or not: that the algorithms are approved is another thing. */
function checkProvider(): Finding {
  const check = 'Cryptography of this program'
  const openssl = `OpenSSL ${process.versions.openssl}`
  if (getFips() === 1) return { check, state: 'well', found: `${openssl} with its FIPS provider switched on.` }
  return {
    check,
    state: 'note',
    found: `${openssl}; only FIPS-approved algorithms are used, but by a module that is not running as a validated one.`,
    advice: 'Where the policy asks for a validated module (CJISSECPOL SC-13), run on a system whose FIPS mode is on.',
  }
}

async function checkSwap(): Promise<Finding> {
  const check = 'Swap'
  const table = await readFile('/proc/swaps', 'utf8').catch(() => undefined)
  if (table === undefined) return { check, state: 'unseen', found: 'this system does not tell.' }
  if (table.trim().split('\n').length === 1) return { check, state: 'well', found: 'none, so keys stay in memory.' }
  const advice = 'Switch it off, or encrypt it, on the machine where the vault runs.'
  return { check, state: 'note', found: 'is on, so released keys could reach the disk.', advice }
}

async function checkRights(folder: string): Promise<Finding> {
  const check = 'Data folder'
  const { mode, uid } = await stat(folder)
  const own = process.getuid?.()
  if (mode & 0o066) {
    const found = `others on this machine may list or change ${folder}.`
    return { check, state: 'wrong', found, advice: `Run: chmod go-rw ${folder}` }
  }
  if (own !== undefined && own !== 0 && uid !== own)
    return {
      check,
      state: 'note',
      found: `${folder} belongs to another account.`,
      advice: 'Run doctor as that account.',
    }
  return { check, state: 'well', found: `${folder} can be listed and changed by its own account only.` }
}

/** Everything in these folders is secret, save certificates. */
const secretFolders = ['keys', 'run', 'tls']

async function checkSecrets(folder: string): Promise<Finding> {
  const check = 'Key files'
  const open: string[] = []
  let seen = 0
  for (const name of secretFolders) {
    const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries.filter((one) => one.isFile() && !one.name.endsWith('.crt'))) {
      const path = join(entry.parentPath, entry.name)
      seen++
      if ((await stat(path)).mode & 0o077) open.push(path)
    }
  }
  if (open.length)
    return {
      check,
      state: 'wrong',
      found: `others can read ${open.join(', ')}.`,
      advice: 'Run chmod 600 on each, then change these keys.',
    }
  return {
    check,
    state: seen ? 'well' : 'unseen',
    found: seen ? `${seen}, each for its own account only.` : 'none found.',
  }
}

async function checkDisk(folder: string): Promise<Finding> {
  const check = 'Disk'
  const { bavail, blocks, bsize } = await statfs(folder)
  const [free, total] = [bavail * bsize, blocks * bsize]
  const found = `${bytes(free)} of ${bytes(total)} are free.`
  if (free >= leastFree && free >= total * leastFreePart) return { check, state: 'well', found }
  return { check, state: 'wrong', found, advice: 'Make room: the vault refuses uploads before the disk is full.' }
}

async function checkCertificates(folder: string): Promise<Finding[]> {
  const names = await readdir(join(folder, 'tls')).catch(() => [])
  const certificates = names.filter((name) => name.endsWith('.crt'))
  return Promise.all(
    certificates.map(async (name) => {
      const { validTo } = new X509Certificate(await readFile(join(folder, 'tls', name)))
      return checkValidity(`Certificate ${name}`, new Date(validTo))
    }),
  )
}

const dayMs = 86_400_000

/** The server renews its own certificate when 30 days are left, so less than 14 means that it could not. */
export function checkValidity(check: string, validTo: Date, now = new Date()): Finding {
  const days = Math.floor((validTo.getTime() - now.getTime()) / dayMs)
  const until = validTo.toISOString().slice(0, 10)
  if (days >= 14) return { check, state: 'well', found: `valid until ${until}, ${days} days from now.` }
  const found = days < 0 ? `expired on ${until}.` : `valid until ${until} only, ${days} days from now.`
  return { check, state: 'wrong', found, advice: 'Restart the vault, which renews its own, or install a new one.' }
}
