import { command } from '../command.ts'
import { dataFolders } from '../connect.ts'
import { control } from '../control.ts'
import { NotDone } from '../not-done.ts'

export const agency = command({
  usage: 'agency add|release NAME [--data FOLDER]',
  does: 'Asks the vault that runs on this machine for a set-up link for one more agency, or to release a locked account.',
  help: [
    'add                  a new set-up link, good once',
    'release NAME         lets a locked sign-in name try again, when no administrator is left to do it',
    '--agency SHORT-NAME  the agency of the account, if the vault has several',
    '--data FOLDER        data folder of the vault (else SALLYPORT_DATA, else ./data)',
    '--json               one JSON value',
  ],
  options: { data: { type: 'string' }, agency: { type: 'string' } },
  async run({ positionals: [verb, name], values: { data, agency } }, tell) {
    const folders = dataFolders(data ?? process.env['SALLYPORT_DATA'])
    if (verb === 'release' && name) {
      const { released } = await control(folders, 'release', { signInName: name, ...(agency && { agency }) })
      const says = released ? `${name} may try again.` : `${name} was not locked. Nothing was changed.`
      tell({ released: released === true }, says)
      return released ? 0 : 1
    }
    if (verb !== 'add')
      throw new NotDone(
        'An agency can be added, and an account released.',
        'Say: sallyport agency add, or sallyport agency release NAME',
      )
    const { link } = await control(folders, 'set-up-link', {})
    if (typeof link !== 'string') throw new NotDone('The vault gave no link.', 'Bring both to the same version.')
    tell({ link }, 'Open this link to set up an agency. It works once:', link)
    return 0
  },
})
