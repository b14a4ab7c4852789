import { search } from '@sallyport/api/search'
import { call } from '../client.ts'
import { command } from '../command.ts'
import { signedIn, vaultHelp, vaultOptions } from '../connect.ts'
import { NotDone } from '../not-done.ts'
import { tellCases, tellItems } from './ls.ts'

export const searchCommand = command({
  usage: 'search WORDS… [--kind case|item]',
  does: 'Finds cases and items by words and beginnings of words. The question is entered in the ledger.',
  help: ['--kind case|item     only cases, or only items', ...vaultHelp],
  options: { ...vaultOptions, kind: { type: 'string' } },
  async run({ positionals, values: { kind, ...where } }, tell, warn) {
    if (!positionals.length) throw new NotDone('There is nothing to search for.', 'Give one word or more.')
    if (kind !== undefined && kind !== 'case' && kind !== 'item')
      throw new NotDone(`${kind} is not a kind.`, 'Say case or item.')
    const vault = await signedIn(where)
    const { cases, items, more } = await call(vault, search, { q: positionals.join(' '), kind, limit: 100 })
    if (cases.length) tellCases(cases, tell)
    if (items.length) tellItems(items, tell)
    if (!cases.length && !items.length) warn('Nothing that you may see holds these words.')
    if (more) warn('There is more. Narrow the question.')
    return cases.length || items.length ? 0 : 1
  },
})
