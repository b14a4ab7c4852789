import * as agency from './agency.ts'
import * as alarms from './alarms.ts'
import * as cases from './cases.ts'
import type { Contract } from './contract.ts'
import * as expungements from './expungements.ts'
import * as exports from './exports.ts'
import * as fixity from './fixity.ts'
import * as items from './items.ts'
import * as papers from './papers.ts'
import * as people from './people.ts'
import * as prints from './prints.ts'
import * as search from './search.ts'
import * as sessions from './sessions.ts'
import * as stamps from './stamps.ts'
import * as transfers from './transfers.ts'
import * as uploads from './uploads.ts'
import * as witnesses from './witnesses.ts'

const isContract = (value: unknown): value is Contract =>
  typeof value === 'object' && value !== null && 'does' in value && 'ledger' in value

/** Every operation of the vault with the name it is exported under, by noun. */
export const contracts: readonly { noun: string; name: string; contract: Contract }[] = Object.entries({
  agency,
  sessions,
  people,
  cases,
  items,
  prints,
  transfers,
  uploads,
  search,
  exports,
  papers,
  alarms,
  witnesses,
  stamps,
  fixity,
  expungements,
}).flatMap(([noun, module]) =>
  Object.entries(module).flatMap(([name, value]) => (isContract(value) ? [{ noun, name, contract: value }] : [])),
)
