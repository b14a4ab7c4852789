import { Text } from '@mantine/core'
import { duration } from '../time/durations.ts'
import { Digest } from '../words/Digest.tsx'
import { exactSize } from '../words/sizes.ts'
import type { ItemRecord } from './use-item.ts'

export function DetailsTab({ item }: { readonly item: ItemRecord }) {
  const pending = <span className="dim">Known once the item is received</span>
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

function clockWords(offset: number | null): string {
  if (offset === null) return 'Not compared with true time'
  if (offset === 0) return 'Compared, and right'
  return `${duration(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'} true time`
}
