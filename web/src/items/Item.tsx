import { Button } from '@mantine/core'
import { verifyItem } from '@sallyport/api/items'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { ask } from '../call.ts'
import { ExportItem } from '../exports/ExportDialog.tsx'
import { TextLink } from '../frame/links.tsx'
import { PageTitle } from '../frame/PageTitle.tsx'
import { PapersDialog } from '../papers/PapersDialog.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { Time } from '../time/Time.tsx'
import { CopyDialog } from '../transfers/CopyDialog.tsx'
import { type Deed, ItemMenu } from '../transfers/ItemMenu.tsx'
import { MoveDialog } from '../transfers/MoveDialog.tsx'
import { PrintDialog, type Printed } from '../transfers/PrintDialog.tsx'
import { TransferDialog } from '../transfers/TransferDialog.tsx'
import { usePrint } from '../transfers/use-print.ts'
import { VerdictLine } from '../verdict/VerdictLine.tsx'
import { Digest } from '../words/Digest.tsx'
import { categoryWords, exhibitWords, stateWords } from '../words/labels.ts'
import { exactSize, size } from '../words/sizes.ts'
import { DownloadDialog } from './DownloadDialog.tsx'
import { ItemTabs } from './ItemTabs.tsx'
import styles from './items.module.css'
import { lineageWords } from './lineage-words.ts'
import { Quarantine } from './Quarantine.tsx'
import { type ItemRecord, itemAsked } from './use-item.ts'
import { withoutDigest } from './without-digest.ts'
import { Viewer } from './Viewer.tsx'

const route = getRouteApi('/signed-in/items/$id')

export function Item() {
  const { id } = route.useParams()
  const query = useQuery(itemAsked(id))
  return (
    <Answer query={query} wait="Reading the item">
      {(item) => <ItemPage key={item.id} item={item} />}
    </Answer>
  )
}

function ItemPage({ item }: { readonly item: ItemRecord }) {
  const [asking, setAsking] = useState<Deed | 'export' | null>(null)
  const close = () => setAsking(null)
  const askToPrint = useCallback(() => setAsking('print'), [])
  const [printed, setPrinted] = usePrint(askToPrint)
  return (
    <div className={styles['sheet']} data-printed={printed === null ? 'no' : printed.content ? 'content' : 'record'}>
      <PrintMark printed={printed} />
      <PageTitle
        title={`${exhibitWords(item.exhibit)} · ${item.title}`}
        within={
          <>
            <TextLink to="/cases">Cases</TextLink> ›{' '}
            <TextLink to="/cases/$id" params={{ id: item.case.id }}>
              Case {item.case.number}
            </TextLink>
          </>
        }
        state={<StateLine item={item} />}
        actions={
          <>
            {item.may.download && (
              <Button variant="default" onClick={() => setAsking('download')}>
                Download
              </Button>
            )}
            {item.may.papers && item.exhibit !== null && (
              <Button variant="default" onClick={() => setAsking('papers')}>
                Court papers
              </Button>
            )}
            <ItemMenu item={item} onChoose={setAsking} />
            {item.may.export && <Button onClick={() => setAsking('export')}>Export</Button>}
          </>
        }
      />
      <Quarantine item={item} />
      <div className={styles['room']}>
        <div className={styles['stage']}>
          <Viewer item={item} onDownload={item.may.download ? () => setAsking('download') : undefined} />
          <Proof item={item} />
        </div>
        <div className={styles['side']}>
          <VerdictLine
            about={['item', item.id]}
            subject="The custody of this item"
            {...(item.may.verify && { check: () => ask(verifyItem, { id: item.id }) })}
            wait={`Every one of ${size(item.size)} is opened, hashed and compared with the ledger. You may leave this page; the outcome is entered in the ledger.`}
            call="Do not use this item. Call the evidence custodian now, and the person who runs the vault."
          />
          <ItemTabs item={item} />
        </div>
      </div>
      <DownloadDialog item={item} opened={asking === 'download'} onClose={close} />
      <ExportItem id={item.id} name={item.title} opened={asking === 'export'} onClose={close} />
      <PapersDialog
        case={item.case.id}
        item={item.id}
        name={exhibitWords(item.exhibit).toLowerCase()}
        opened={asking === 'papers'}
        onClose={close}
      />
      <PrintDialog item={item} opened={asking === 'print'} onClose={close} onEntered={setPrinted} />
      <CopyDialog item={item} opened={asking === 'copy'} onClose={close} />
      <MoveDialog item={item} opened={asking === 'move'} onClose={close} />
      <TransferDialog item={item} opened={asking === 'transfer'} onClose={close} />
    </div>
  )
}

/** Stands on paper only: the number of the entry, or that there is none and so nothing to read. */
const PrintMark = ({ printed }: { readonly printed: Printed | null }) => (
  <p className={`print-only ${styles['mark']}`}>
    {printed ? (
      <>
        {printed.marking} · Print {printed.number} · <Time at={printed.at} />
      </>
    ) : (
      'Printing this page is entered in the ledger first. Use “Print this page” under “More”.'
    )}
  </p>
)

const StateLine = ({ item }: { readonly item: ItemRecord }) => (
  <>
    {stateWords[item.state]}
    {item.receivedAt && item.state !== 'expunged' && (
      <>
        {' since '}
        <Time at={item.receivedAt} fine="minutes" />
      </>
    )}{' '}
    · {categoryWords[item.category]} · {size(item.size)}
  </>
)

/** Digest, size and lineage, always in view beside what is shown. */
const Proof = ({ item }: { readonly item: ItemRecord }) => (
  <dl className={`facts card ${styles['proof']}`}>
    <dt>SHA-256</dt>
    <dd>{item.sha256 ? <Digest value={item.sha256} of="the SHA-256 of the item" /> : withoutDigest(item)}</dd>
    <dt>Size</dt>
    <dd>{exactSize(item.size)}</dd>
    <dt>Lineage</dt>
    <dd>{lineageWords(item)}</dd>
  </dl>
)
