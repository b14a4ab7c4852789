import { Button } from '@mantine/core'
import { verifyItem } from '@sallyport/api/items'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { ask } from '../call.ts'
import { ExportItem } from '../exports/ExportDialog.tsx'
import { TextLink } from '../frame/links.tsx'
import { PageTitle } from '../frame/PageTitle.tsx'
import { PapersDialog } from '../papers/PapersDialog.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { Time } from '../time/Time.tsx'
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
  const [asking, setAsking] = useState<'download' | 'export' | 'papers' | null>(null)
  const close = () => setAsking(null)
  return (
    <>
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
    </>
  )
}

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
