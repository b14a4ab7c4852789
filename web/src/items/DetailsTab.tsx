import { Text } from '@mantine/core'
import { duration } from '../time/durations.ts'
import { Time } from '../time/Time.tsx'
import { Digest } from '../words/Digest.tsx'
import { exactSize } from '../words/sizes.ts'
import type { ItemRecord } from './use-item.ts'
import { withoutDigest } from './without-digest.ts'

export function DetailsTab({ item }: { readonly item: ItemRecord }) {
  const pending = <span className="dim">{withoutDigest(item)}</span>
  return (
    <>
      <dl className="facts card">
        <dt>Original name</dt>
        <dd>
          <code>{item.originalName}</code>
        </dd>
        <dt>Media type</dt>
        <dd>
          <code>{item.mediaType}</code>
        </dd>
        <dt>Size</dt>
        <dd>{exactSize(item.size)}</dd>
        <dt>SHA-256</dt>
        <dd>{item.sha256 ? <Digest value={item.sha256} of="the SHA-256 of the item" /> : pending}</dd>
        <dt>Sealed SHA-256</dt>
        <dd>
          {item.sealedSha256 ? <Digest value={item.sealedSha256} of="the SHA-256 of the sealed bytes" /> : pending}
        </dd>
        <dt>Stored bytes last checked</dt>
        <dd>
          <LastCheck item={item} />
        </dd>
        <dt>Clock of the device</dt>
        <dd>{clockWords(item.clockOffsetSeconds)}</dd>
        <dt>Id</dt>
        <dd>
          <code>{item.id}</code>
        </dd>
      </dl>
      <Text size="sm" c="dimmed" mt="sm" maw="60ch">
        The first digest is of the file as it was delivered: whoever has a copy can compare. The second is of the bytes
        as they are stored, sealed: whoever holds no key can still check that they are whole.
      </Text>
    </>
  )
}

/** What the last round over all stored bytes found of this one. */
function LastCheck({ item: { fixity, receivedAt, state } }: { readonly item: ItemRecord }) {
  if (state === 'expunged') return <span className="dim">There are none any more</span>
  if (!fixity)
    return (
      <span className="dim">
        {receivedAt ? 'Not since they were received; every byte has its turn' : 'Not stored yet'}
      </span>
    )
  const { says, tone } = lastCheckWords[fixity.result]
  return (
    <>
      <span className={tone}>{says}</span> <Time at={fixity.checkedAt} />
    </>
  )
}

const lastCheckWords = {
  whole: { says: 'Whole, hashed again', tone: '' },
  missing: { says: 'Gone when they were looked for,', tone: 'bad' },
  altered: { says: 'Not those that were received, found', tone: 'bad' },
} as const

function clockWords(offset: number | null): string {
  if (offset === null) return 'Not compared with true time'
  if (offset === 0) return 'Compared, and right'
  return `${duration(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'} true time`
}
