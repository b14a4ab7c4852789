import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '@sallyport/verify/main'
import { bagIn, unpack } from '../bag/unpack.ts'
import { type Command, type Exit, helpOf, type Say } from '../command.ts'
import { inWords } from '../not-done.ts'

const help = [
  '--key VKEY           the public key of the log, as you got it from the agency',
  '--policy FILE        the logs and witnesses that you trust, instead of those that the bag names',
  '--tsa-root FILE      the root of a time-stamping authority that you trust, as PEM; may be given several times',
  '--sha256-only        do not compute SHA-512 as well; about twice as fast',
  '--detail             also what an expert asks for',
  '--json               the report as one JSON value, always with the detail',
]

/** The offline verifier. A bag that is still a ZIP is unpacked first, into a folder that is then removed. */
export const verifyCommand: Command = {
  usage: 'verify BAG | BAG.zip | LEDGER | PROOF.tlog-proof ENTRY [--key VKEY]',
  does: 'Checks an exported bag, a ledger or one proof without the vault, and tells every fault and what it means.',
  async run(argv, { say, warn }): Promise<Exit> {
    if (argv.includes('--help') || argv.includes('-h')) {
      for (const line of helpOf({ ...verifyCommand, help })) say(line)
      return 0
    }
    const tell: Say = (text) => say(text.startsWith('{') ? JSON.stringify(JSON.parse(text)) : text)
    const at = argv.findIndex((word) => /\.zip$/i.test(word))
    const zip = argv[at]
    if (zip === undefined || !(await stat(zip).catch(() => undefined))?.isFile()) return run(argv, tell)
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-verify-'))
    try {
      await unpack(zip, join(folder, 'bag'))
      return await run(argv.with(at, await bagIn(join(folder, 'bag'))), tell)
    } catch (error) {
      const { says, next } = inWords(error)
      warn(`Not done: ${says} ${next}`.trim())
      return 2
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}
