import { Button, Stack, Text } from '@mantine/core'
import type { Answered } from '@sallyport/api/contract'
import { openViewing } from '@sallyport/api/items'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../call.ts'
import { Icon } from '../frame/Icon.tsx'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { useSession } from '../sessions/session.ts'
import { whyNotShown } from './content-trouble.ts'
import { ImageView } from './ImageView.tsx'
import { given, ReasonField } from '../transfers/ReasonField.tsx'
import styles from './items.module.css'
import { Player } from './Player.tsx'
import { TextView } from './TextView.tsx'
import type { ItemRecord } from './use-item.ts'
import { openWords, viewerKind } from './viewer-kind.ts'

export type Viewing = Answered<typeof openViewing>

type Props = { readonly item: ItemRecord; readonly onDownload: (() => void) | undefined }

/** Shows the content of an item. Nothing is fetched before the person asks: opening is entered in the ledger. */
export function Viewer({ item, onDownload }: Props) {
  const [trouble, setTrouble] = useState<unknown>(null)
  const [why, setWhy] = useState('')
  const asksWhy = useSession().agency.reasonFor.includes('view')
  const open = useMutation({
    mutationFn: () => ask(openViewing, { id: item.id, purpose: 'view', ...given(why) }),
    onMutate: () => setTrouble(null),
  })
  const kind = viewerKind(item.mediaType, navigator.pdfViewerEnabled)
  const fail = (content: string) => void whyNotShown(content).then(setTrouble)

  if (open.data && trouble === null && kind !== 'none')
    return <Content item={item} viewing={open.data} kind={kind} onTrouble={() => fail(open.data.content)} />
  const reason = whyClosed(item, kind)
  return (
    <div className={styles['closed']}>
      <Stack align="center" gap="sm">
        {reason ? (
          <Text ta="center">{reason}</Text>
        ) : (
          <>
            {asksWhy && <ReasonField touch="view" label="Why you open it" value={why} onChange={setWhy} />}
            <Button
              size="md"
              disabled={asksWhy && why.trim() === ''}
              leftSection={<Icon name={kind === 'video' || kind === 'audio' ? 'play' : 'file'} />}
              loading={open.isPending}
              onClick={() => open.mutate()}
            >
              {trouble ? 'Open again' : openWords[kind]}
            </Button>
            <Text size="sm" c="dimmed" ta="center">
              Opening is entered in the custody of this item with your name.
            </Text>
          </>
        )}
        <RefusalNotice error={trouble ?? open.error} />
        {(reason ?? trouble) !== null && onDownload && item.state === 'held' && (
          <Button variant="default" onClick={onDownload}>
            Download
          </Button>
        )}
      </Stack>
    </div>
  )
}

function whyClosed(item: ItemRecord, kind: string): string | null {
  if (item.state === 'receiving') return 'This item is still being received. It can be opened once it is held.'
  if (item.state === 'quarantined' && !item.may.release)
    return 'This item is set aside for a custodian. It can be opened once it is released.'
  if (item.state === 'abandoned') return 'The upload of this item was not completed. There is no content.'
  if (item.state === 'expunged')
    return 'The content of this item was destroyed under a court order. Its custody says under which.'
  if (!item.may.play) return 'Your role does not permit you to open the content of this item.'
  if (kind === 'none') return `A browser cannot show this kind of file (${item.mediaType}).`
  return null
}

type ContentProps = {
  readonly item: ItemRecord
  readonly viewing: Viewing
  readonly kind: ReturnType<typeof viewerKind>
  readonly onTrouble: () => void
}

function Content({ item, viewing, kind, onTrouble }: ContentProps) {
  if (kind === 'video' || kind === 'audio')
    return <Player item={item} viewing={viewing} kind={kind} onTrouble={onTrouble} />
  if (kind === 'image') return <ImageView address={viewing.content} title={item.title} onTrouble={onTrouble} />
  if (kind === 'text') return <TextView address={viewing.content} size={viewing.size} onTrouble={onTrouble} />
  return <iframe className={styles['document']} src={viewing.content} title={item.title} onError={onTrouble} />
}
