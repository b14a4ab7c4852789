import { Button, Stack, Title } from '@mantine/core'
import { annotateCase, caseTypes } from '@sallyport/api/cases'
import { useState } from 'react'
import { AnnotateDialog, type Correctable } from '../items/AnnotateDialog.tsx'
import { Annotations } from '../items/Annotations.tsx'
import { caseTypeWords, options } from '../words/labels.ts'
import { type CaseRecord, useCaseDeed } from './use-case.ts'

export function CaseRecordTab({ record }: { readonly record: CaseRecord }) {
  const [correcting, setCorrecting] = useState(false)
  const annotate = useCaseDeed(annotateCase, () => setCorrecting(false))
  const fields: Correctable[] = [
    { field: 'title', label: 'Title', now: record.title, form: 'line' },
    { field: 'type', label: 'Type', now: record.type, form: 'choice', choices: options(caseTypeWords) },
    { field: 'description', label: 'Description', now: record.description ?? '', form: 'prose' },
  ]
  return (
    <Stack>
      <dl className="facts card">
        <dt>Number</dt>
        <dd>{record.number}</dd>
        <dt>Title</dt>
        <dd>{record.title}</dd>
        <dt>Type</dt>
        <dd>{caseTypeWords[record.type]}</dd>
        <dt>Description</dt>
        <dd className="prose">{record.description ?? <span className="dim">None</span>}</dd>
      </dl>
      {record.may.change && (
        <Button
          variant="default"
          onClick={() => setCorrecting(true)}
          className="no-print"
          style={{ alignSelf: 'flex-start' }}
        >
          Correct the record
        </Button>
      )}
      <Title order={2}>Corrections</Title>
      <Annotations list={record.annotations} words={(field, value) => (field === 'type' ? typeSaid(value) : value)} />
      <AnnotateDialog
        opened={correcting}
        onClose={() => setCorrecting(false)}
        fields={fields}
        error={annotate.error}
        pending={annotate.isPending}
        onSend={({ field, says, why }) => {
          if (field === 'title' || field === 'type' || field === 'description')
            annotate.mutate({ id: record.id, field, says, why })
        }}
      />
    </Stack>
  )
}

const typeSaid = (value: string) => {
  const known = caseTypes.find((type) => type === value)
  return known ? caseTypeWords[known] : value
}
