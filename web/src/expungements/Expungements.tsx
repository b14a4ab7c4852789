import { listExpungements } from '@sallyport/api/expungements'
import { useInfiniteQuery } from '@tanstack/react-query'
import { askedPages } from '../asked.ts'
import { ask } from '../call.ts'
import { ButtonLink, TextLink } from '../frame/links.tsx'
import { PageTitle } from '../frame/PageTitle.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { may, useSession } from '../sessions/session.ts'
import { type Column, DataTable } from '../table/DataTable.tsx'
import { More } from '../table/More.tsx'
import { Time } from '../time/Time.tsx'
import { counted } from '../words/sizes.ts'
import { type Order, scopeWords, stateWords } from './order-words.ts'

const Named = ({ order: { id, reference } }: { readonly order: Order }) => (
  <TextLink to="/expungements/$id" params={{ id }} fw={600} data-row-link>
    {reference}
  </TextLink>
)

const State = ({ order: { state } }: { readonly order: Order }) => (
  <span className={stateWords[state].tone}>{stateWords[state].says}</span>
)

const columns: Column<Order>[] = [
  { id: 'reference', header: 'Order', fixed: true, cell: (order) => <Named order={order} /> },
  { id: 'court', header: 'Court', cell: ({ court }) => court },
  { id: 'issuedOn', header: 'Issued on', cell: ({ issuedOn }) => issuedOn },
  { id: 'scope', header: 'About', cell: ({ scope }) => scopeWords[scope.kind] },
  { id: 'state', header: 'State', cell: (order) => <State order={order} /> },
  { id: 'draftedBy', header: 'Drafted by', cell: ({ draftedBy }) => draftedBy.name },
  {
    id: 'draftedAt',
    header: 'Drafted',
    cell: ({ draftedAt }) => <Time at={draftedAt} form="stacked" fine="minutes" />,
  },
  {
    id: 'decidedBy',
    header: 'Decided by',
    cell: ({ decidedBy }) => decidedBy?.name ?? <span className="dim">Nobody yet</span>,
  },
]

/** Orders of a court to destroy what the vault holds about an item or a person. */
export function Expungements() {
  const drafts = may(useSession(), 'expungement.draft')
  const query = useInfiniteQuery(
    askedPages(listExpungements.path, {}, (after, signal) =>
      ask(listExpungements, { limit: 50, ...after }, { signal }),
    ),
  )
  return (
    <>
      <PageTitle
        title="Expungements"
        state="Court orders that destroy what entries and records say"
        actions={drafts && <ButtonLink to="/expungements/draft">Draft an order</ButtonLink>}
      />
      <Answer query={query} wait="Reading the orders">
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.rows)
          if (rows.length === 0)
            return (
              <p className="dim">
                No order was ever drafted. A custodian drafts one, from the item or the person it is about; a supervisor
                or an administrator approves it.
              </p>
            )
          return (
            <>
              <DataTable
                label="Orders, newest first"
                rows={rows}
                columns={columns}
                idOf={({ id }) => id}
                card={(order) => (
                  <>
                    <Named order={order} />
                    <div>
                      {order.court} · {scopeWords[order.scope.kind]}
                    </div>
                    <State order={order} />
                  </>
                )}
              />
              <More query={query} shown={`${counted(rows.length, 'order')} shown.`} />
            </>
          )
        }}
      </Answer>
    </>
  )
}
