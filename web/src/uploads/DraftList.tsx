import { ActionIcon, NativeSelect, TextInput } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { useSession } from '../sessions/session.ts'
import { clockIn } from '../time/agency-time.ts'
import { categoryWords, options } from '../words/labels.ts'
import { size } from '../words/sizes.ts'
import type { Draft } from './draft.ts'
import type { Category } from './guess.ts'
import styles from './uploads.module.css'

type Change = (change: (now: readonly Draft[]) => readonly Draft[]) => void

/** The chosen files, each with what can be said of it. Only those in sight are drawn: there may be thousands. */
export function DraftList({ drafts, onChange }: { readonly drafts: readonly Draft[]; readonly onChange: Change }) {
  const place = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: drafts.length,
    getScrollElement: () => place.current,
    estimateSize: () => 92,
    overscan: 8,
    getItemKey: (index) => drafts[index]?.key ?? index,
  })
  return (
    <div ref={place} className={styles['drafts']} role="list" aria-label="Chosen files" tabIndex={0}>
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const draft = drafts[index]
          return (
            draft && (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                role="listitem"
                className={styles['draft']}
                style={{ transform: `translateY(${start}px)` }}
              >
                <DraftRow draft={draft} onChange={onChange} />
              </div>
            )
          )
        })}
      </div>
    </div>
  )
}

function DraftRow({ draft, onChange }: { readonly draft: Draft; readonly onChange: Change }) {
  const zone = useSession().agency.timeZone
  const { file, path, title, category, guessed } = draft
  const set = (part: Partial<Draft>) =>
    onChange((now) => now.map((one) => (one.key === draft.key ? { ...one, ...part } : one)))
  const dated = clockIn(zone, new Date(file.lastModified))
  return (
    <>
      <TextInput
        label="Title"
        size="xs"
        value={title}
        onChange={(event) => set({ title: event.currentTarget.value })}
        maxLength={200}
        required
        flex={2}
      />
      <NativeSelect
        label={guessed ? 'Category (guessed)' : 'Category'}
        size="xs"
        data={options(categoryWords)}
        value={category}
        onChange={(event) => set({ category: event.currentTarget.value as Category, guessed: false })}
        flex={1}
      />
      <ActionIcon
        variant="default"
        size={30}
        aria-label={`Take out ${path}`}
        onClick={() => onChange((now) => now.filter(({ key }) => key !== draft.key))}
      >
        ×
      </ActionIcon>
      <small className={`dim ${styles['path']}`}>
        {path} · {size(file.size)} · file dated {dated.date}, {dated.time} {dated.offset}
      </small>
    </>
  )
}
