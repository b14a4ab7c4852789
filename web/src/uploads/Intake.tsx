import { Alert, Button, Group, List, Text } from '@mantine/core'
import type { ItemId } from '@sallyport/core/ids'
import { type DragEvent, useRef, useState } from 'react'
import { counted } from '../words/sizes.ts'
import { type Draft, draftOf } from './draft.ts'
import { IntakeSheet } from './IntakeSheet.tsx'
import styles from './uploads.module.css'
import type { CaseChoice } from './CasePicker.tsx'
import { type Entry, sorted, type Walked, walk } from './walk-folder.ts'

type Props = {
  /** The case that the files go to, where the page has one. */
  readonly into?: CaseChoice
  readonly parent?: ItemId
}

/** Takes files or folders, dropped or chosen, and asks what has to be known before they are sent. */
export function Intake({ into, parent }: Props) {
  const [drafts, setDrafts] = useState<readonly Draft[]>([])
  const [leftOut, setLeftOut] = useState<Walked['leftOut']>([])
  const [begun, setBegun] = useState(0)
  const take = (walked: Walked) => {
    setDrafts((now) => [...now, ...walked.files.map(draftOf)])
    setLeftOut(walked.leftOut)
    setBegun(0)
  }
  return (
    <section aria-label="Upload files" className={`${styles['intake']} no-print`}>
      <DropZone onTake={take} small={drafts.length > 0} />
      {leftOut.length > 0 && <LeftOut list={leftOut} />}
      {begun > 0 && (
        <Text role="status" size="sm">
          {counted(begun, 'upload')} begun. You may go to other pages, but not close this tab until they are done.
        </Text>
      )}
      {drafts.length > 0 && (
        <IntakeSheet
          drafts={drafts}
          onChange={setDrafts}
          into={into}
          parent={parent}
          onBegun={(count) => {
            setDrafts([])
            setLeftOut([])
            setBegun(count)
          }}
        />
      )}
    </section>
  )
}

function LeftOut({ list }: { readonly list: Walked['leftOut'] }) {
  return (
    <Alert color="yellow" variant="outline" title={`${counted(list.length, 'file')} left out`}>
      <List size="sm">
        {list.slice(0, 20).map(({ path, why }) => (
          <List.Item key={path}>
            <code>{path}</code>: {why}
          </List.Item>
        ))}
      </List>
      {list.length > 20 && <Text size="sm">and {list.length - 20} more</Text>}
    </Alert>
  )
}

function DropZone({ onTake, small }: { readonly onTake: (walked: Walked) => void; readonly small: boolean }) {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    // The list is emptied by the browser as soon as this function returns.
    const entries = [...event.dataTransfer.items].flatMap((item): Entry[] => {
      const entry = item.webkitGetAsEntry()
      return entry ? [entry] : []
    })
    if (entries.length > 0) void walk(entries).then(onTake)
    else onTake(sorted(event.dataTransfer.files))
  }
  const picked = (input: HTMLInputElement) => {
    onTake(sorted(input.files ?? []))
    input.value = ''
  }
  return (
    <div
      className={styles['drop']}
      data-over={over}
      data-small={small}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Text>{small ? 'Add more:' : 'Drop files or folders here, or choose them. Any type, any size.'}</Text>
      <Group gap="xs">
        <Button variant="default" onClick={() => files.current?.click()}>
          Choose files
        </Button>
        <Button variant="default" onClick={() => folder.current?.click()}>
          Choose a folder
        </Button>
      </Group>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files"
        onChange={(event) => picked(event.currentTarget)}
      />
      <input
        ref={(element) => {
          folder.current = element
          if (element) element.webkitdirectory = true
        }}
        type="file"
        multiple
        hidden
        aria-label="Folder"
        onChange={(event) => picked(event.currentTarget)}
      />
    </div>
  )
}
