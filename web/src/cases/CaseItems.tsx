import { listItems } from '@sallyport/api/items'
import { useInfiniteQuery } from '@tanstack/react-query'
import { askedPages } from '../asked.ts'
import { ask } from '../call.ts'
import { may, useSession } from '../sessions/session.ts'
import { ItemTable } from '../items/ItemTable.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { More } from '../table/More.tsx'
import { Intake } from '../uploads/Intake.tsx'
import { counted } from '../words/sizes.ts'
import type { CaseRecord } from './use-case.ts'

export function CaseItems({ record }: { readonly record: CaseRecord }) {
  const session = useSession()
  const filters = { case: record.id }
  const items = useInfiniteQuery({
    ...askedPages(listItems.path, filters, (after, signal) => ask(listItems, { ...filters, ...after }, { signal })),
    enabled: may(session, 'item.read'),
  })
  return (
    <>
      {record.may.add && <Intake into={{ id: record.id, number: record.number, title: record.title }} />}
      <Answer query={items} wait="Reading the items">
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.rows)
          if (rows.length === 0)
            return (
              <p className="dim">
                {record.items > 0
                  ? `${counted(record.items, 'item')} in this case, none of which your role shows you.`
                  : 'No items in this case yet.'}
              </p>
            )
          return (
            <>
              <ItemTable rows={rows} withCase={false} />
              <More query={items} shown={`${rows.length} of ${counted(record.items, 'item')} shown.`} />
            </>
          )
        }}
      </Answer>
    </>
  )
}
