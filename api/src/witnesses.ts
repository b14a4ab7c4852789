import { z } from 'zod'
import { contract, id, instant, line } from './contract.ts'

/** Who may fetch the tree from outside: nobody, whoever has a token, or anybody. Leaves hold no content. */
export const ledgerAccess = z.enum(['closed', 'token', 'open'])

export const monitor = z.object({
  id: id<'monitor'>(),
  name: z.string(),
  addedAt: instant,
  endedAt: instant.nullable(),
})

export const witness = z.object({
  name: z.string(),
  vkey: z.string(),
  /** Where checkpoints are sent. Null: the policy names none, so its cosignatures cannot be asked for. */
  url: z.string().nullable(),
  /** Entries in the newest checkpoint that it cosigned. */
  size: z.int(),
  /** Entries that the ledger has beyond it. */
  behind: z.int(),
  cosignedAt: instant.nullable(),
  triedAt: instant.nullable(),
  /** What went wrong last, in a sentence. Null while nothing does. */
  failure: z.string().nullable(),
  failingSince: instant.nullable(),
})

export const witnessing = z.object({
  /** C2SP tlog-policy, as a verifier takes it. Null: nobody witnesses this ledger. */
  policy: z.string().nullable(),
  access: ledgerAccess,
  /** Where the tree is fetched (C2SP tlog-tiles): the prefix of checkpoint and tiles. */
  prefix: z.string(),
  /** The key of the log, for a policy or a witness. */
  vkey: z.string(),
  size: z.int(),
  publishedAt: instant,
  /** The newest checkpoint that enough witnesses cosigned, as a signed note. */
  cosigned: z.object({ size: z.int(), at: instant, note: z.string() }).nullable(),
  witnesses: z.array(witness),
  monitors: z.array(monitor),
})

export const readWitnessing = contract({
  does: 'Tells who witnesses the ledger, how far each of them has come, and who may fetch it from outside.',
  method: 'GET',
  path: '/ledger/witnesses',
  permission: 'ledger.read',
  ledger: 'ledger.read',
  reply: witnessing,
  refuses: [],
})

export const changePolicy = contract({
  does: 'Replaces the policy: which witnesses there are, where they are, and how many of them it takes. An empty one ends witnessing.',
  method: 'PUT',
  path: '/ledger/policy',
  permission: 'agency.change',
  ledger: 'ledger.policy-changed',
  body: z.strictObject({ policy: z.string().max(65_536).nullable() }),
  reply: witnessing,
  refuses: ['ledger/bad-policy'],
})

export const changeLedgerAccess = contract({
  does: 'Says who may fetch the tree from outside.',
  method: 'PUT',
  path: '/ledger/access',
  permission: 'agency.change',
  ledger: 'ledger.access-changed',
  body: z.strictObject({ access: ledgerAccess }),
  reply: witnessing,
  refuses: [],
})

export const addMonitor = contract({
  does: 'Gives somebody outside a token to fetch the tree with. It is shown once.',
  method: 'POST',
  path: '/ledger/monitors',
  permission: 'agency.change',
  ledger: 'monitor.added',
  body: z.strictObject({ name: line(120) }),
  reply: z.object({ monitor, token: z.string() }),
  refuses: [],
})

export const endMonitor = contract({
  does: 'Ends a token. Whoever has it can fetch nothing more.',
  method: 'DELETE',
  path: '/ledger/monitors/:id',
  permission: 'agency.change',
  ledger: 'monitor.ended',
  params: z.strictObject({ id: id<'monitor'>() }),
  reply: monitor,
  refuses: ['monitor/not-found'],
})
