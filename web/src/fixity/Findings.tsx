import { listFindings } from '@sallyport/api/fixity'
import type { Answered } from '@sallyport/api/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { askedPages } from '../asked.ts'
import { ask } from '../call.ts'
import { TextLink } from '../frame/links.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { may, useSession } from '../sessions/session.ts'
import { type Column, DataTable } from '../table/DataTable.tsx'
import { More } from '../table/More.tsx'
import { Time } from '../time/Time.tsx'
import { counted, exactSize } from '../words/sizes.ts'

type Finding = Answered<typeof listFindings>['rows'][number]

const kinds: Readonly<Record<Finding['what'], string>> = {
  missing: 'Missing',
  altered: 'Altered',
  untracked: 'No record knows it',
}

const reasons: Readonly<Record<Finding['reason'], string>> = {
  gone: 'The file is gone.',
  'other-bytes': 'The bytes are not those that were received.',
  unreadable: 'The disk cannot read the file.',
  unknown: 'Nobody knows where it comes from. It was left where it is.',
  cancelled: 'Left over from an upload that was cancelled.',
  refused: 'Left over from an upload that was refused.',
  expired: 'Left over from an upload that ran out.',
  expunged: 'Left over from an item that was destroyed under a court order.',
}

const told = ({ reason, removed }: Finding): string => `${reasons[reason]}${removed ? ' It was taken away.' : ''}`

function columnsFor(seesItems: boolean): Column<Finding>[] {
  return [
    {
      id: 'what',
      header: 'What',
      fixed: true,
      cell: ({ what, removed }) => (
        <span className={removed ? 'dim' : what === 'untracked' ? 'wait' : 'bad'}>{kinds[what]}</span>
      ),
    },
    { id: 'told', header: 'Found', cell: told },
    { id: 'of', header: 'Of', cell: (finding) => <Of finding={finding} seesItems={seesItems} /> },
    { id: 'bytes', header: 'Bytes found', cell: ({ bytes }) => (bytes === null ? 'None' : exactSize(bytes)) },
    { id: 'round', header: 'Round', cell: ({ round }) => round },
    { id: 'at', header: 'When', cell: ({ at }) => <Time at={at} form="stacked" /> },
  ]
}

function Of({ finding: { item, object }, seesItems }: { readonly finding: Finding; readonly seesItems: boolean }) {
  if (item && seesItems)
    return (
      <TextLink to="/items/$id" params={{ id: item }} data-row-link>
        Open the item
      </TextLink>
    )
  return item || object ? <code>{item ?? object}</code> : <>A file that the vault did not name</>
}

type Props = {
  /** What is shown is read again when a round found more or ended. */
  readonly round: {
    readonly number: number
    readonly missing: number
    readonly altered: number
    readonly untracked: number
    readonly endedAt: string | null
  } | null
}

export function Findings({ round }: Props) {
  const session = useSession()
  const known = round ? `${round.number} ${round.missing + round.altered + round.untracked} ${round.endedAt}` : ''
  const query = useInfiniteQuery(
    askedPages(listFindings.path, { known }, (after, signal) => ask(listFindings, { limit: 50, ...after }, { signal })),
  )
  const seesItems = may(session, 'item.read')
  const columns = useMemo(() => columnsFor(seesItems), [seesItems])
  return (
    <Answer query={query} wait="Reading the findings">
      {({ pages }) => {
        const rows = pages.flatMap((page) => page.rows)
        if (rows.length === 0) return <p className="dim">No round has found anything wrong.</p>
        return (
          <>
            <DataTable
              label="Findings, newest first"
              rows={rows}
              columns={columns}
              idOf={({ id }) => id}
              card={(finding) => (
                <>
                  <strong>{kinds[finding.what]}</strong>
                  <div>{told(finding)}</div>
                  <div>
                    <Of finding={finding} seesItems={seesItems} />
                  </div>
                  <div className="dim">
                    <Time at={finding.at} form="short" />
                  </div>
                </>
              )}
            />
            <More query={query} shown={`${counted(rows.length, 'finding')} shown.`} />
          </>
        )
      }}
    </Answer>
  )
}
