import type { Server } from 'node:http'
import type { VerifierKey } from '@sallyport/core/note'
import { Fault } from '../fault.ts'
import { openFolder } from '../state/folder.ts'
import type { Told, Witness } from './add-checkpoint.ts'
import { type Identity, openIdentity } from './identity.ts'
import { openMemory } from './memory.ts'
import { serveWitness, type Tls } from './serve.ts'

export type WitnessOptions = {
  readonly state: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly logs: readonly VerifierKey[]
  readonly name?: string
  /** Makes an ML-DSA-44 key too, if there is none, and cosigns with both. */
  readonly mldsa?: boolean
  readonly tls?: Tls
  readonly now?: () => Date
  readonly tell: (told: Told) => void
}

export type RunningWitness = {
  readonly identity: Identity
  readonly origins: readonly string[]
  readonly address: { readonly host: string; readonly port: number }
  readonly stop: () => Promise<void>
}

/** Starts a witness: opens its state for this process alone, recalls what it cosigned, and listens. */
export async function startWitness(options: WitnessOptions): Promise<RunningWitness> {
  const { state, listen, logs, tls, tell, now = () => new Date() } = options
  const folder = await openFolder(state)
  try {
    const identity = await openIdentity(folder, options)
    const memory = await openMemory({ folder, identity }, logs)
    if (memory.logs().length === 0)
      throw new Fault('This witness knows no log yet.', 'Name the key of each log that it shall watch: --log VKEY')
    const witness: Witness = { folder, identity, memory, now, tell }
    const server = serveWitness(witness, tls)
    const port = await listening(server, listen)
    return {
      identity,
      origins: memory.logs().map(({ origin }) => origin),
      address: { host: listen.host, port },
      async stop() {
        await new Promise<void>((done) => {
          server.close(() => done())
          server.closeIdleConnections()
        })
        folder.close()
      },
    }
  } catch (error) {
    folder.close()
    throw error
  }
}

function listening(server: Server, { host, port }: WitnessOptions['listen']): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Fault(
              `Port ${port} on ${host} is in use by another program.`,
              'Stop that one, or name another with --listen.',
            )
          : error,
      ),
    )
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}
