/** A witness in a process of its own, to be killed: `witness-process.ts STATE VKEY`. Says its port when it listens. */
import { readVkey } from '@sallyport/core/note'
import { sha256 } from '../signing.ts'
import { startWitness } from '../witness/start.ts'

const [state = '', vkey = ''] = process.argv.slice(2)
const key = readVkey(sha256, vkey)
if (!key) throw new TypeError('no vkey')
const { address } = await startWitness({
  state,
  name: 'witness.example',
  listen: { host: '127.0.0.1', port: 0 },
  logs: [key],
  tell: () => {},
})
process.stdout.write(`${address.port}\n`)
