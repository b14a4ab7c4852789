import { createSocket } from 'node:dgram'
import { randomBytes } from 'node:crypto'

/** Seconds between 1900, where NTP begins, and 1970. */
const epoch = 2_208_988_800
const length = 48

export type TimeServer = { readonly host: string; readonly port: number }

/** What a time server stated, and our times around it. */
export type TimeTold = { readonly theirs: Date; readonly asked: Date; readonly at: Date }

const dateAt = (answer: Buffer, offset: number): number =>
  (answer.readUInt32BE(offset) - epoch) * 1000 + (answer.readUInt32BE(offset + 4) / 2 ** 32) * 1000

/**
 * Asks a time server for the time (SNTP, RFC 4330). Throws when it does not answer in time.
 *
 * It is not authenticated: somebody on the way can answer as they like, as long as they see what was
 * asked. The clock is not set by it, only compared.
 */
export function askTimeServer(
  { host, port }: TimeServer,
  { timeoutMs, now }: { readonly timeoutMs: number; readonly now: () => Date },
): Promise<TimeTold> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    const nonce = randomBytes(8)
    const request = Buffer.alloc(length)
    request[0] = 0x23
    nonce.copy(request, 40)
    const asked = now()
    const end = (done: () => void) => {
      clearTimeout(timer)
      socket.close()
      done()
    }
    const timer = setTimeout(() => end(() => reject(new Error(`${host} did not tell the time.`))), timeoutMs)
    socket.on('error', (fault) => end(() => reject(fault)))
    socket.on('message', (answer) => {
      const [first = 0, stratum = 0] = answer
      const ours = answer.length >= length && answer.subarray(24, 32).equals(nonce)
      // Leap 3 and stratum 0 or 16 say that the server itself does not know the time.
      if (!ours || (first & 7) !== 4 || first >> 6 === 3 || stratum === 0 || stratum > 15) return
      const theirs = new Date((dateAt(answer, 32) + dateAt(answer, 40)) / 2)
      end(() => resolve({ theirs, asked, at: now() }))
    })
    socket.send(request, port, host)
  })
}
