import { request as plainRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { Agent, request as tlsRequest } from 'node:https'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Original } from '@sallyport/core/mirror'
import { entriesPath, readBundle, tilePath, tileWidth } from '@sallyport/core/tiles'
import { Fault } from '../fault.ts'
import { readIfThere } from '../state/folder.ts'

/** A published log: a folder, or the prefix of one on the web (C2SP tlog-tiles). */
export type Source = Original & {
  readonly name: string
  /** A file below the prefix; undefined if it is not there. */
  readonly get: (path: string) => Promise<Uint8Array | undefined>
}

/** The longest bundle: 256 entries of 65,535 bytes, each behind its length. */
const longestFile = tileWidth * (2 + 0xffff)
const silence = 30_000

/** A log in a folder of this machine, such as a mirror or an opened backup. */
export const folderSource = (folder: string): Source =>
  sourceOf(folder, async (path) => readIfThere(join(folder, path)))

export type Reach = { readonly ca: readonly string[]; readonly token?: string }

/**
 * A log on the web. Redirects are not followed, and what is sent is bounded.
 *
 * Plain HTTP is for this machine only: what is served shows itself by proofs, but a token would be read
 * by whoever stands on the way.
 */
export function webSource(address: string, { ca, token }: Reach): Source {
  const prefix = new URL(address.endsWith('/') ? address : `${address}/`)
  const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(prefix.hostname)
  if (prefix.protocol !== 'https:' && !(prefix.protocol === 'http:' && loopback))
    throw new Fault(`${address} is not an https address.`)
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 8,
    ca: [...ca],
    minVersion: 'TLSv1.2',
    ciphers: 'TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384',
    ecdhCurve: 'P-384:P-256',
  })
  const headers = { 'user-agent': 'sallyport', ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  return sourceOf(prefix.href, async (path) => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const url = new URL(path, prefix)
      const options = { headers, timeout: silence }
      const asked = prefix.protocol === 'https:' ? tlsRequest(url, { ...options, agent }) : plainRequest(url, options)
      asked.on('timeout', () => asked.destroy(new Error('it is silent')))
      asked.on('error', (error) => reject(unreachable(prefix, error)))
      asked.on('response', resolve)
      asked.end()
    })
    const body = await bodyOf(answer).catch((error: Error) => {
      throw error instanceof Fault ? error : unreachable(prefix, error)
    })
    if (answer.statusCode === 200) return body
    if (answer.statusCode === 404 || answer.statusCode === 410) return undefined
    throw new Fault(
      `${prefix.href}${path} answers with ${answer.statusCode}.`,
      token === undefined ? 'It may ask for a token: --token' : '',
    )
  })
}

function sourceOf(name: string, get: Source['get']): Source {
  const need = async (path: string, orElse: string): Promise<Uint8Array> => {
    const bytes = (await get(path)) ?? (path === orElse ? undefined : await get(orElse))
    if (!bytes) throw new Fault(`${name} does not have ${path}.`)
    return bytes
  }
  return {
    name,
    get,
    // A partial tile of an older size may have been replaced by the full one.
    async readTile(tile) {
      const path = tilePath(tile)
      const bytes = await need(path, tilePath({ ...tile, width: tileWidth }))
      if (bytes.length < tile.width * 32 || bytes.length % 32 !== 0) throw new Fault(`${name}: ${path} is no tile.`)
      return bytes
    },
    async readEntries(index, width) {
      const path = entriesPath(index, width)
      const entries = readBundle(await need(path, entriesPath(index, tileWidth)))
      if (!entries || entries.length < width) throw new Fault(`${name}: ${path} is not a bundle of ${width} entries.`)
      return entries.slice(0, width)
    },
  }
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length
    if (length > longestFile) throw new Fault('The log answers with more than any of its files can be.')
    parts.push(part)
  }
  const bytes = Buffer.concat(parts)
  // C2SP tlog-tiles lets a log compress bundles unasked.
  return answer.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes, { maxOutputLength: longestFile }) : bytes
}

const unreachable = (prefix: URL, error: NodeJS.ErrnoException) =>
  new Fault(
    `${prefix.origin} cannot be reached: ${error.code ?? error.message}.`,
    'Check the address and the connection, then try again.',
  )
