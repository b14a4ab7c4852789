import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '@sallyport/verify/main'
import { unpack } from '../bag/unpack.ts'
import type { Command, Exit, Say } from '../command.ts'
import { inWords } from '../not-done.ts'

/** The offline verifier. A bag that is still a ZIP is unpacked first, into a folder that is then removed. */
export const verifyCommand: Command = {
  usage: 'verify BAG | BAG.zip | LEDGER [--key VKEY] [--json]',
  does: 'Checks an exported bag or a ledger without the vault, and tells every fault and what it means.',
  async run(argv, { say, warn }): Promise<Exit> {
    const at = argv.findIndex((word) => /\.zip$/i.test(word))
    const zip = argv[at]
    if (zip === undefined || !(await stat(zip).catch(() => undefined))?.isFile()) return run([...argv], say)
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-verify-'))
    try {
      return await verifyZip({ zip, folder, argv: argv.with(at, join(folder, 'bag')) }, say)
    } catch (error) {
      const { says, next } = inWords(error)
      warn(`Not done: ${says} ${next}`.trim())
      return 2
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

type Zipped = { readonly zip: string; readonly folder: string; readonly argv: readonly string[] }

async function verifyZip({ zip, folder, argv }: Zipped, say: Say): Promise<Exit> {
  await unpack(zip, join(folder, 'bag'))
  return run([...argv], say)
}
