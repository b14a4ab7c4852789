import { setTimeout as pause } from 'node:timers/promises'
import { equal } from '@sallyport/core/bytes'
import { stepTowards } from '@sallyport/core/mirror'
import { type Edge, edgeOf, emptyEdge, rootOf } from '@sallyport/core/tiles'
import { Fault } from '@sallyport/keyholder/fault'
import type { Shown } from '@sallyport/keyholder/mirror/admit'
import { sha256 } from '@sallyport/keyholder/signing'
import { type AlarmKind, meaningOf } from '@sallyport/keyholder/state/alarms'
import type { Say, Tell } from '../command.ts'
import { inWords, NotDone } from '../not-done.ts'
import { entriesOf, tellEntry } from './entries.ts'
import { type Ledger, newestOf, unpinned } from './open.ts'

type Wanted = {
  /** The first entry to tell; without it only those to come. */
  readonly from: number | undefined
  readonly everyMs: number
  /** Ends after so many entries. */
  readonly most: number
  readonly stopped: AbortSignal
}

/**
 * Tells new entries as the tree grows. Each time it is shown that the new tree continues the one before,
 * entry by entry: what was told once cannot be taken back without being noticed here.
 */
export async function follow(
  ledger: Ledger,
  wanted: Wanted,
  { tell, warn }: { tell: Tell; warn: Say },
): Promise<number> {
  const { source } = ledger
  let { checkpoint } = await newestOf(ledger)
  let edge = await edgeAt(ledger, checkpoint)
  let told = 0
  for (const line of unpinned(ledger)) warn(line)
  warn(`${checkpoint.origin} has ${checkpoint.size} entries.`)
  const from = wanted.from ?? checkpoint.size
  for await (const placed of entriesOf(source, checkpoint, { from, to: checkpoint.size })) {
    if (told++ < wanted.most) tellEntry(placed, tell)
  }
  while (told < wanted.most && !wanted.stopped.aborted) {
    const shown = await newestOf(ledger).catch((error: unknown) => {
      if (!(error instanceof Fault || error instanceof NotDone)) throw error
      const { says, next } = inWords(error)
      warn(`${says} ${next}`.trim())
      return undefined
    })
    const wrong = shown && contradiction(shown.checkpoint, checkpoint)
    if (wrong) return contradicted(wrong, shown, tell)
    while (shown && edge.size < shown.checkpoint.size) {
      const step = await stepTowards(sha256, source, { edge, to: shown.checkpoint })
      if (!step) return contradicted('does-not-follow', shown, tell)
      for (const [at, entry] of step.entries.entries()) {
        if (told++ < wanted.most) tellEntry({ index: edge.size + at, entry }, tell)
      }
      edge = step.edge
    }
    checkpoint = shown?.checkpoint ?? checkpoint
    if (told < wanted.most) await pause(wanted.everyMs, undefined, { signal: wanted.stopped }).catch(() => undefined)
  }
  return 0
}

async function edgeAt({ source }: Ledger, { size, root }: Shown['checkpoint']): Promise<Edge> {
  const edge = size === 0 ? emptyEdge : await edgeOf(sha256, source.readTile, size)
  if (equal(rootOf(sha256, edge), root)) return edge
  throw new NotDone('The tiles of this ledger do not make the tree that it signed.', 'Check it: sallyport ledger check')
}

/** In what way a newly shown tree contradicts the last one, as far as size and root tell. */
function contradiction(now: Shown['checkpoint'], before: Shown['checkpoint']): AlarmKind | undefined {
  if (now.size < before.size) return 'rolled-back'
  return now.size === before.size && !equal(now.root, before.root) ? 'split-view' : undefined
}

function contradicted(kind: AlarmKind, { checkpoint }: Shown, tell: Tell): 1 {
  const { says, next } = meaningOf[kind]
  tell({ alarm: kind, origin: checkpoint.origin, size: checkpoint.size }, `${checkpoint.origin} ${says} ${next}`)
  return 1
}
