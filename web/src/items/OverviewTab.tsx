import { Button, Stack, Title } from '@mantine/core'
import { annotateItem } from '@sallyport/api/items'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Asking, ask } from '../call.ts'
import { TextLink } from '../frame/links.tsx'
import { may, useSession } from '../sessions/session.ts'
import { Time } from '../time/Time.tsx'
import { Holding } from '../transfers/Holding.tsx'
import { categoryWords, exhibitWords } from '../words/labels.ts'
import { AnnotateDialog, type Correction } from './AnnotateDialog.tsx'
import { Annotations } from './Annotations.tsx'
import { correctableFields, valueWords } from './correctable-fields.ts'
import { SameBytes } from './SameBytes.tsx'
import { type ItemRecord, itemAsked } from './use-item.ts'

type Field = Asking<typeof annotateItem>['field']

export function OverviewTab({ item }: { readonly item: ItemRecord }) {
  const session = useSession()
  const zone = session.agency.timeZone
  const drafts = may(session, 'expungement.draft')
  const client = useQueryClient()
  const [correcting, setCorrecting] = useState(false)
  const annotate = useMutation({
    // The field was chosen from the list of those that can be corrected.
    mutationFn: ({ field, says, why }: Correction) =>
      ask(annotateItem, { id: item.id, field: field as Field, says, why }),
    onSuccess: (record) => {
      client.setQueryData(itemAsked(item.id).queryKey, record)
      setCorrecting(false)
    },
  })
  return (
    <Stack>
      <SameBytes list={item.sameBytes} />
      <Particulars item={item} />
      {item.may.change && (
        <Button
          variant="default"
          className="no-print"
          style={{ alignSelf: 'flex-start' }}
          onClick={() => setCorrecting(true)}
        >
          Correct the record
        </Button>
      )}
      {drafts && item.state !== 'expunged' && item.state !== 'receiving' && (
        <TextLink to="/expungements/draft" search={{ item: item.id }} className="no-print">
          Expunge under a court order
        </TextLink>
      )}
      <Title order={2}>Corrections</Title>
      <Annotations list={item.annotations} words={(field, value) => valueWords(zone, field, value)} />
      <AnnotateDialog
        opened={correcting}
        onClose={() => setCorrecting(false)}
        fields={correctableFields(item, zone)}
        error={annotate.error}
        pending={annotate.isPending}
        onSend={annotate.mutate}
      />
    </Stack>
  )
}

function Particulars({ item }: { readonly item: ItemRecord }) {
  const unknown = <span className="dim">Not known</span>
  return (
    <dl className="facts card">
      <dt>Case</dt>
      <dd>
        <TextLink to="/cases/$id" params={{ id: item.case.id }}>
          {item.case.number}
        </TextLink>
      </dd>
      <dt>Exhibit</dt>
      <dd>{exhibitWords(item.exhibit)}</dd>
      <dt>Category</dt>
      <dd>{categoryWords[item.category]}</dd>
      <dt>Description</dt>
      <dd>{item.description ?? <span className="dim">None</span>}</dd>
      <dt>Recorded</dt>
      <dd>{item.recordedAt ? <Time at={item.recordedAt} /> : unknown}</dd>
      <dt>Device</dt>
      <dd>{item.source.device ?? unknown}</dd>
      <dt>Source</dt>
      <dd>{item.source.person ?? unknown}</dd>
      <dt>Place</dt>
      <dd>{item.place ?? unknown}</dd>
      <dt>Tags</dt>
      <dd>{item.tags.length > 0 ? item.tags.join(', ') : <span className="dim">None</span>}</dd>
      <Holding item={item} />
      <dt>Delivered by</dt>
      <dd>
        {item.addedBy.name}
        <br />
        <Time at={item.addedAt} />
      </dd>
    </dl>
  )
}
