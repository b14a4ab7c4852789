/**
 * What uploads are measured beside: `node bench/peer.ts tus|sink CERT KEY FOLDER [FILE-STORE]`.
 *
 * `tus` is the tus server as its authors ship it, storing what arrives as it is; `sink` takes bytes
 * over TLS and forgets them. Both with the TLS settings of the vault. Prints its port.
 */
import { createRequire } from 'node:module'
import { createServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import type { DataStore, Server } from '@tus/server'
import { tlsOptions } from '../server/src/http/tls.ts'

const [kind = '', cert = '', key = '', folder = '', store = ''] = process.argv.slice(2)
const tls: ServerOptions = await tlsOptions(
  { data: folder, origin: 'https://localhost', tls: { cert, key } },
  () => {},
  new Date(),
)

/** Both packages come from one folder, so that the server is the one that the store was written for. */
async function tusServer(): Promise<Server> {
  const require = createRequire(pathToFileURL(`${store}/`))
  const load = async (name: string) => (await import(pathToFileURL(require.resolve(name)).href)) as object
  const { Server: TusServer } = (await load('@tus/server')) as { Server: typeof Server }
  const { FileStore } = (await load('@tus/file-store')) as {
    FileStore: new (options: { directory: string }) => DataStore
  }
  return new TusServer({ path: '/files', datastore: new FileStore({ directory: folder }) })
}

const tus = kind === 'tus' ? await tusServer() : undefined
const server = createServer(tls, (request, response) => {
  if (tus) void tus.handle(request, response)
  else request.on('data', () => {}).on('end', () => response.writeHead(204).end())
})
server.listen(0, '127.0.0.1', () => console.log(String((server.address() as AddressInfo).port)))
