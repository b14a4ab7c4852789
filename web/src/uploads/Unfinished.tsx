import { Button, Group, Text, Title } from '@mantine/core'
import { cancelUpload } from '@sallyport/api/uploads'
import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { Time } from '../time/Time.tsx'
import { counted, size } from '../words/sizes.ts'
import { useUploads } from './context.ts'
import { type Upload, whyNotSame } from './task.ts'
import styles from './uploads.module.css'

/** Uploads that began in another tab or before a new sign-in. The browser cannot reopen the file: the person picks it again. */
export function Unfinished({ list, onChanged }: { readonly list: readonly Upload[]; readonly onChanged: () => void }) {
  if (list.length === 0) return null
  return (
    <section>
      <Title order={2}>Unfinished</Title>
      <Text c="dimmed" mb="xs">
        {counted(list.length, 'upload')} can go on from where the vault has them. Pick the same file again; its digest
        is compared at the end.
      </Text>
      <ul className={styles['tasks']}>
        {list.map((upload) => (
          <UnfinishedRow key={upload.id} upload={upload} onChanged={onChanged} />
        ))}
      </ul>
    </section>
  )
}

function UnfinishedRow({ upload, onChanged }: { readonly upload: Upload; readonly onChanged: () => void }) {
  const uploads = useUploads()
  const input = useRef<HTMLInputElement>(null)
  const [wrong, setWrong] = useState<string | null>(null)
  const cancel = useMutation({ mutationFn: () => ask(cancelUpload, { id: upload.id }), onSettled: onChanged })
  const pick = (file: File | undefined) => {
    if (!file) return
    const why = whyNotSame(upload, file)
    setWrong(why)
    if (why === null) uploads.goOn(file, upload)
  }
  return (
    <li className="card">
      <Group justify="space-between" align="flex-start">
        <div>
          <strong>{upload.title}</strong>
          <div className="dim">
            {upload.originalName} · {size(upload.received)} of {size(upload.size)} are in the vault · case{' '}
            {upload.case.number}
          </div>
          <div className="dim">
            Kept until <Time at={upload.expiresAt} fine="minutes" />
          </div>
        </div>
        <Group gap="xs">
          <Button variant="default" size="compact-sm" onClick={() => input.current?.click()}>
            Pick the file again
          </Button>
          <Button variant="subtle" size="compact-sm" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel
          </Button>
        </Group>
      </Group>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={`The file ${upload.originalName}`}
        onChange={(event) => pick(event.currentTarget.files?.[0])}
      />
      {wrong && (
        <Text role="alert" className="bad">
          {wrong}
        </Text>
      )}
      <RefusalNotice error={cancel.error} />
    </li>
  )
}
