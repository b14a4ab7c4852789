import { command, type Exit, type Tell } from '../command.ts'
import { signedIn, vaultHelp, vaultOptions } from '../connect.ts'
import { findCase, itemId } from '../find-case.ts'
import { inWords, NotDone, Refused } from '../not-done.ts'
import { bytes, many } from '../quantities.ts'
import { shown } from '../table.ts'
import { begunUploads } from '../upload/begun.ts'
import { type Delivered, deliver } from '../upload/deliver.ts'
import { type Display, displayOn } from '../upload/display.ts'
import { filesOf, type Source } from '../upload/files.ts'
import { inParallel } from '../upload/in-parallel.ts'
import { particularsHelp, particularsOf, particularsOptions } from '../upload/particulars.ts'

export const put = command({
  usage: 'put FILE… --case NUMBER [--category NAME] [--title TEXT] [--parallel N] [--recursive]',
  does: 'Delivers files to a case. After a cut, a restart or in a later run it goes on where it stopped.',
  help: [
    '--case NUMBER        number or id of the case',
    ...particularsHelp,
    '--parent ITEM        the item that this file was made from',
    '--parallel N         so many files at a time (else 2)',
    '--recursive          all files below the folders that are named',
    '--again              deliver even what you delivered to this case before',
    ...vaultHelp,
  ],
  options: {
    ...vaultOptions,
    ...particularsOptions,
    case: { type: 'string' },
    parent: { type: 'string' },
    parallel: { type: 'string' },
    recursive: { type: 'boolean', short: 'r' },
    again: { type: 'boolean' },
  },
  async run({ positionals, values }, tell, warn) {
    if (!positionals.length) throw new NotDone('No file was named.', 'It is used so: sallyport put FILE… --case NUMBER')
    if (!values.case) throw new NotDone('No case was named.', 'Name it with --case NUMBER.')
    const width = widthNamed(values.parallel ?? '2')
    const sources = await filesOf(positionals, values.recursive ?? false)
    const particulars = new Map(sources.map((source) => [source, particularsOf(values, source)]))
    const parent = values.parent === undefined ? undefined : itemId(values.parent)
    const vault = await signedIn(values)
    const id = await findCase(vault, values.case)
    const display = displayOn(process.stderr, sizeOf(sources))
    const begun = await begunUploads(vault)
    const exits = await inParallel(sources, width, async (source): Promise<Exit> => {
      try {
        const told = particulars.get(source) ?? particularsOf({}, source)
        const delivery = { source, case: id, parent, particulars: told, again: values.again ?? false }
        tellDelivered(await deliver(vault, delivery, { begun, display }), tell)
        return 0
      } catch (error) {
        return tellFailed(source, error, { tell, display })
      }
    })
    display.close()
    const failed = exits.filter((exit) => exit !== 0).length
    if (sources.length > 1 || failed) warn(summary(sources, failed))
    return exits.includes(2) ? 2 : exits.includes(1) ? 1 : 0
  },
})

const sizeOf = (sources: readonly Source[]) => sources.reduce((sum, { size }) => sum + size, 0)

function widthNamed(text: string): number {
  const width = Number(text)
  if (!Number.isSafeInteger(width) || width < 1 || width > 16)
    throw new NotDone('--parallel takes a number from 1 to 16.')
  return width
}

function tellDelivered(delivered: Delivered, tell: Tell): void {
  const { file, exhibit, sha256, state, quarantine, sameBytes, before } = delivered
  const held = state === 'held' ? 'held' : `set aside for a custodian: ${quarantine.join('; ')}`
  const twins = sameBytes.map((twin) => `Exhibit ${twin.exhibit ?? '-'} of case ${twin.caseNumber}`)
  tell(
    delivered,
    `Exhibit ${exhibit ?? '-'}  ${shown(file)}  SHA-256 ${sha256}  ${held}${before ? ', delivered before' : ''}`,
    ...(twins.length ? [`  The same bytes are in the vault already: ${twins.join(', ')}.`] : []),
  )
}

type Heard = { readonly tell: Tell; readonly display: Display }

/** 1 when the vault compared and found a difference; 2 when the file could not be delivered at all. */
function tellFailed(source: Source, error: unknown, { tell, display }: Heard): Exit {
  const failed = inWords(error)
  tell({ file: source.path, failed })
  display.note(`${shown(source.name)}: ${failed.says} ${failed.next}`.trim())
  return error instanceof Refused && error.code === 'upload/digest-mismatch' ? 1 : 2
}

function summary(sources: readonly Source[], failed: number): string {
  const told = `${many(sources.length - failed, 'file')} of ${sources.length} delivered, ${bytes(sizeOf(sources))} in all.`
  return failed ? `${told} Run the same command again for the rest.` : told
}
