import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Answered } from '@sallyport/api/contract'
import { exportCase, exportItem } from '@sallyport/api/exports'
import { bagIn, unpack } from '../bag/unpack.ts'
import { call, good, refusalIn, send, textOf, type Vault } from '../client.ts'
import { command } from '../command.ts'
import { signedIn, vaultHelp, vaultOptions } from '../connect.ts'
import { receive } from '../download/receive.ts'
import { findCase, itemId } from '../find-case.ts'
import { NotDone } from '../not-done.ts'
import { bytes, many } from '../quantities.ts'
import { shown } from '../table.ts'
import { type Display, displayOn } from '../upload/display.ts'

export const exportCommand = command({
  usage: 'export (--item ITEM | --case NUMBER) --why TEXT [-o FILE.zip] [--unpack FOLDER]',
  does: 'Exports an item or a case as a bag that anyone can verify without the vault.',
  help: [
    '--item ITEM          the id of one item',
    '--case NUMBER        number or id of a case: every item that you may export',
    '--why TEXT           for whom and why; it stands in the custody',
    '-o, --output FILE    where to write the ZIP (else under the name that the vault gives)',
    '--unpack FOLDER      unpack it into this new folder',
    ...vaultHelp,
  ],
  options: {
    ...vaultOptions,
    item: { type: 'string' },
    case: { type: 'string' },
    why: { type: 'string' },
    output: { type: 'string', short: 'o' },
    unpack: { type: 'string' },
  },
  async run({ values }, tell, warn) {
    const { why, output } = values
    if (!why) throw new NotDone('An export needs its reason.', 'Give it with --why "…". It is entered in the custody.')
    if ((values.item === undefined) === (values.case === undefined))
      throw new NotDone('Name either an item or a case.', 'Use --item ITEM or --case NUMBER.')
    const vault = await signedIn(values)
    const made =
      values.case === undefined
        ? await call(vault, exportItem, { id: itemId(values.item), why })
        : await call(vault, exportCase, { id: await findCase(vault, values.case), why })
    const to = output ?? basename(made.fileName)
    const display = displayOn(process.stderr, made.bytes)
    const length = await fetchBag(vault, made, { to, display })
    display.close()
    for (const left of made.leftOut) warn(`Left out: ${shown(left.title)}. ${shown(left.why)}`)
    const files = values.unpack === undefined ? undefined : await unpack(to, values.unpack)
    tell(
      { file: to, bytes: length, items: made.items, leftOut: made.leftOut, unpacked: values.unpack, files },
      `${shown(to)}  ${bytes(length)}  ${many(made.items.length, 'item')}${made.leftOut.length ? `, ${made.leftOut.length} left out` : ''}.`,
      ...(files === undefined ? [] : [`${many(files, 'file')} unpacked into ${values.unpack}.`]),
      `Verify it anywhere: npx sallyport verify ${shown(values.unpack ? await bagIn(values.unpack) : to)}`,
    )
    return 0
  },
})

type Target = { readonly to: string; readonly display: Display }

/**
 * Fetches the bag of an export into a file, and gives its length.
 *
 * The bag is made while it is sent and breaks off if a stored byte does not match, so a broken
 * transfer leaves no file: half a bag must not lie about under the name of a whole one.
 */
export async function fetchBag(
  vault: Vault,
  { bag, bytes: about }: Pick<Answered<typeof exportItem>, 'bag' | 'bytes'>,
  { to, display }: Target,
): Promise<number> {
  if (existsSync(to)) throw new NotDone(`${to} is there already, and is not overwritten.`, 'Name another with -o FILE.')
  const beside = `${to}.part`
  const file = await open(beside, 'w', 0o600)
  try {
    const { pathname, search } = new URL(bag, vault.origin)
    const answer = await send(vault, { method: 'GET', path: pathname + search, headers: { accept: '*/*' } })
    if (!good(answer)) throw refusalIn(answer, await textOf(answer))
    const report = (length: number) => display.report(to, Math.max(about, length), length)
    const length = await receive(answer, file, { at: 0, report })
    await file.sync()
    await rename(beside, to)
    return length
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  } finally {
    await file.close()
  }
}
