import type { ItemRecord } from './use-item.ts'

/** What stands where a digest would, for an item that has none. */
export const withoutDigest = ({ state }: Pick<ItemRecord, 'state'>): string =>
  state === 'expunged' ? 'Destroyed under a court order' : 'Known once the item is received'
