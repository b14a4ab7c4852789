import { Alert } from '@mantine/core'
import type { ItemId } from '@sallyport/core/ids'
import { TextLink } from '../frame/links.tsx'
import { exhibitWords } from '../words/labels.ts'

type Same = { readonly id: ItemId; readonly exhibit: number | null; readonly caseNumber: string }

/** Tells that the same bytes are in the vault already. They are kept twice all the same: each item has its own custody. */
export function SameBytes({ list }: { readonly list: readonly Same[] }) {
  if (list.length === 0) return null
  return (
    <Alert variant="outline" color="yellow" title="The same file is already in the vault">
      {list.map(({ id, exhibit, caseNumber }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <TextLink to="/items/$id" params={{ id }}>
            {exhibitWords(exhibit)} of case {caseNumber}
          </TextLink>
        </span>
      ))}
    </Alert>
  )
}
