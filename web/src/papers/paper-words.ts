import type { paperKinds } from '@sallyport/api/papers'

type Kind = (typeof paperKinds)[number]

export const kindWords: Readonly<Record<Kind, string>> = {
  'certification-902-14': 'Certification of copied data, FRE 902(14), draft',
  'certification-902-13': 'Certification of a system, FRE 902(13), draft',
  custody: 'Custody report',
  'system-description': 'Description of the system',
}

export const kindAbout: Readonly<Record<Kind, string>> = {
  'certification-902-14':
    'That the files are what was received, by their digests. A qualified person completes and signs it.',
  'certification-902-13':
    'How the vault makes its records, and how that was tested now. A qualified person completes and signs it.',
  custody: 'Every entry of the ledger, oldest first.',
  'system-description': 'How hashing, sealing and the ledger work here, for a witness who must testify.',
}

type Words = Readonly<Record<'why' | 'court' | 'caption' | 'person' | 'title', string>>

/** What was filled in. What was left empty is not asked for, so that it stays a blank on the paper. */
export function filled({ why, ...rest }: Words) {
  const [court, caption, person, title] = [rest.court, rest.caption, rest.person, rest.title].map((word) => word.trim())
  return {
    why,
    ...(court && { court }),
    ...(caption && { caption }),
    ...(person && { person: { name: person, ...(title && { title }) } }),
  }
}
