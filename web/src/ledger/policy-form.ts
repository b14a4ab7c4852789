import { utf8 } from '@sallyport/core/bytes'
import { writeVkey } from '@sallyport/core/note'
import { type Policy, readPolicy } from '@sallyport/core/policy'
import { sha256 } from '@sallyport/core/sha256'

export type FormWitness = { readonly name: string; readonly vkey: string; readonly url: string }

/** A policy that a form can show: some witnesses, and how many of them it takes, whichever they are. */
export type PolicyForm = { readonly witnesses: readonly FormWitness[]; readonly least: number }

/** The ledger that a policy is about: its key, and where it is fetched. */
export type Log = { readonly vkey: string; readonly prefix: string }

/** A text as a policy or the line that is wrong. The last line is ended if the person did not end it. */
export const readTyped = (text: string) => readPolicy(sha256, utf8(ended(text)))

export const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

/**
 * A policy as a form; undefined if it says more than the form can show, such as groups of groups. It is
 * then changed as text: a form that dropped what it does not know would weaken what the agency asks for.
 */
export function formOf(text: string | null, log: Log): PolicyForm | undefined {
  if (text === null) return { witnesses: [], least: 0 }
  const read = readTyped(text)
  if (read.is !== 'policy' || /^\s*#/m.test(text)) return undefined
  const { policy } = read
  const [only, ...others] = policy.logs
  if (!only || others.length > 0 || writeVkey(only.key) !== log.vkey) return undefined
  if (only.url !== undefined && only.url !== log.prefix) return undefined
  const least = leastOf(policy)
  if (least === undefined || policy.witnesses.some(({ url }) => url === undefined)) return undefined
  const witnesses = policy.witnesses.map(({ name, key, url = '' }) => ({ name, vkey: writeVkey(key), url }))
  return { witnesses, least }
}

/** How many of all witnesses the policy takes, if it is as simple as that. */
export function leastOf({ witnesses, groups, quorum }: Policy): number | undefined {
  const [group, ...more] = groups
  if (!group) return witnesses.length === 1 && witnesses[0]?.name === quorum ? 1 : undefined
  const isAll = group.members.length === witnesses.length && witnesses.every(({ name }) => group.members.includes(name))
  return more.length === 0 && isAll && group.name === quorum ? group.least : undefined
}

/** Writes the policy of a form (C2SP tlog-policy); null if it names nobody. */
export function textOf({ witnesses, least }: PolicyForm, { vkey, prefix }: Log): string | null {
  const rows = witnesses
    .map((row) => ({ name: row.name.trim(), vkey: row.vkey.trim(), url: row.url.trim() }))
    .filter(({ name, vkey: key, url }) => name !== '' || key !== '' || url !== '')
  const [first, ...others] = rows
  if (!first) return null
  const names = rows.map(({ name }) => name)
  const lines = [
    `log ${vkey} ${prefix}`,
    ...rows.map(({ name, vkey: key, url }) => `witness ${name} ${key} ${url}`.trimEnd()),
  ]
  if (others.length === 0) return `${[...lines, `quorum ${first.name}`].join('\n')}\n`
  let group = 'enough'
  while (names.includes(group)) group += '-of-them'
  const count = least >= rows.length ? 'all' : least <= 1 ? 'any' : String(least)
  return `${[...lines, `group ${group} ${count} ${names.join(' ')}`, `quorum ${group}`].join('\n')}\n`
}

/** The row of the form that made a line (from 1) of the text; undefined for the log, the group and the quorum. */
export const rowOfLine = ({ witnesses }: PolicyForm, line: number): number | undefined =>
  line >= 2 && line < 2 + witnesses.length ? line - 2 : undefined

/** The name that a key carries, as a name for its witness. */
export const nameIn = (vkey: string): string => /^([^+\s]+)\+[0-9a-f]{8}\+\S+$/.exec(vkey.trim())?.[1] ?? ''
