import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { listCases } from '@sallyport/api/cases'
import { search } from '@sallyport/api/search'
import type { CaseId } from '@sallyport/core/ids'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { asked } from '../asked.ts'

export type CaseChoice = { readonly id: CaseId; readonly number: string; readonly title: string }

type Props = {
  readonly value: CaseChoice | null
  readonly onChange: (choice: CaseChoice | null) => void
  /** The case that is left out, because the thing is in it already. */
  readonly but?: CaseId
}

/** Finds a case as one types. Before that it offers the newest ones. */
export function CasePicker({ value, onChange, but }: Props) {
  const [text, setText] = useState('')
  const [q] = useDebouncedValue(text.trim(), 150)
  const typed = q.length >= 2 && q !== (value && words(value))
  const newest = useQuery(asked(listCases, { limit: 20 }))
  const found = useQuery({ ...asked(search, { q, kind: 'case', limit: 20 }), enabled: typed })
  const all: readonly CaseChoice[] = (typed ? found.data?.cases : newest.data?.rows) ?? []
  const list = all.filter(({ id }) => id !== but)
  const known = value && !list.some(({ id }) => id === value.id) ? [value, ...list] : list
  return (
    <Select
      label="Case"
      placeholder="Type a number or a word of the title"
      data={known.map((one) => ({ value: one.id, label: words(one) }))}
      // The vault has already chosen what fits.
      filter={({ options }) => options}
      value={value?.id ?? null}
      onChange={(id) => onChange(known.find((one) => one.id === id) ?? null)}
      onSearchChange={setText}
      nothingFoundMessage={
        found.isFetching || newest.isPending ? 'Searching' : 'No case fits. Check the number, or open the case first.'
      }
      searchable
      required
    />
  )
}

const words = ({ number, title }: CaseChoice) => (title === '' ? number : `${number} · ${title}`)
