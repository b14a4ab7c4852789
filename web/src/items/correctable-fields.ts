import { bothClocks, localText, momentOf } from '../time/agency-time.ts'
import { categoryWords, options } from '../words/labels.ts'
import type { Correctable } from './AnnotateDialog.tsx'
import type { ItemRecord } from './use-item.ts'

/** What of an item's record can be corrected, with what it says now. */
export function correctableFields(item: ItemRecord, zone: string): Correctable[] {
  return [
    { field: 'title', label: 'Title', now: item.title, form: 'line' },
    { field: 'description', label: 'Description', now: item.description ?? '', form: 'prose' },
    { field: 'category', label: 'Category', now: item.category, form: 'choice', choices: options(categoryWords) },
    { field: 'place', label: 'Place', now: item.place ?? '', form: 'line' },
    {
      field: 'recordedAt',
      label: 'Time of recording',
      now: item.recordedAt ? localText(zone, new Date(item.recordedAt)) : '',
      form: 'moment',
      hint: `On the clock of the agency (${zone}), as the device showed it`,
      read: (written) => {
        const moment = momentOf(zone, written)
        return moment ? { says: moment.toISOString() } : { fault: 'A date and a time' }
      },
    },
    { field: 'device', label: 'Device', now: item.source.device ?? '', form: 'line' },
    { field: 'person', label: 'Source', now: item.source.person ?? '', form: 'line' },
    { field: 'tags', label: 'Tags', now: item.tags.join(', '), form: 'line', hint: 'With commas between them' },
  ]
}

/** A stored value as a person reads it. */
export function valueWords(zone: string, field: string, value: string): string {
  if (field === 'category' && value in categoryWords) return categoryWords[value as keyof typeof categoryWords]
  if (field === 'recordedAt' && !Number.isNaN(Date.parse(value))) return bothClocks(zone, new Date(value))
  return value
}
