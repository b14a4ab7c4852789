/**
 * Publishes a tree of 70,001 entries by the functions that the server uses: `node interop/tree.ts FOLDER`.
 *
 * A real vault makes thousands of entries in the time that a check may take; a full tile of the second level
 * takes 65,536.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { signCheckpoint } from '@sallyport/core/checkpoint'
import { writeVkey } from '@sallyport/core/note'
import {
  type Edge,
  emptyEdge,
  entriesPath,
  entryBundle,
  grow,
  rootOf,
  tilePath,
  tileWidth,
} from '@sallyport/core/tiles'
import { sha256 } from '../server/src/keys/primitives.ts'
import { logSigner } from '../server/src/ledger/log.ts'
import { tileFolder } from '../server/src/ledger/tile-folder.ts'

const size = 70_001
const old = 40_123
const root = resolve(process.argv[2] ?? '.')
const folder = tileFolder(join(root, 'tree'))
const entries = Array.from({ length: size }, (_, nth) => Buffer.from(`entry ${nth} ${randomBytes(20).toString('hex')}`))
const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
const origin = 'vault.example.gov/agency/a/custody/1'
const signer = logSigner({
  origin,
  publicKey: Buffer.from(jwk.x ?? '', 'base64url'),
  seed: Buffer.from(jwk.d ?? '', 'base64url'),
})

async function publish(edge: Edge, to: number, name: string): Promise<Edge> {
  const next = grow(sha256, edge, entries.slice(edge.size, to))
  for (const { tile, bytes } of next.tiles) await folder.write(tilePath(tile), bytes)
  const note = await signCheckpoint({ origin, size: to, root: rootOf(sha256, next.edge) }, signer)
  await folder.replace(name, note)
  return next.edge
}

await publish(await publish(emptyEdge, old, '../tree.old'), size, 'checkpoint')
for (let from = 0; from < size; from += tileWidth) {
  const part = entries.slice(from, from + tileWidth)
  await folder.write(entriesPath(from / tileWidth, part.length), entryBundle(part))
}
await folder.write('log.vkey', Buffer.from(`${writeVkey(signer.key)}\n`))
await folder.settle()
