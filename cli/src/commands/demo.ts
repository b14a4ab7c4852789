import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { command, type Say } from '../command.ts'
import { perform } from '../demo/performance.ts'
import { placeOf } from '../demo/place.ts'
import { codes, playbill } from '../demo/playbill.ts'
import type { DemoState } from '../demo/state.ts'
import { inWords } from '../not-done.ts'
import { span } from '../quantities.ts'
import { runServer } from '../server-process.ts'

export const demo = command({
  usage: 'demo',
  does: 'Starts a vault with an invented police department, people, cases and evidence, and stays until Ctrl-C.',
  help: [
    'The data lie in ./data-demo (else SALLYPORT_DATA). A second start goes on with the same vault.',
    'To begin anew, stop it and remove that folder. SALLYPORT_LISTEN=127.0.0.1:9443 moves it to another port.',
  ],
  options: {},
  async run(_, tell, warn) {
    const say: Say = (line) => tell({ says: line }, line)
    const place = placeOf(process.env)
    const token = randomBytes(32).toString('base64url')
    const began = performance.now()
    say(`Starting a vault with its data in ${place.data}.`)
    const server = runServer(environment(place.data, token), { quiet: true })
    let failed = false
    perform({ ...place, say }, token).then(
      (state) => {
        playbill({ ...place, say }, state)
        say(`All of this took ${span((performance.now() - began) / 1000)}. Press Ctrl-C to stop.`)
        onEnter(say, state)
      },
      (error: unknown) => {
        failed = true
        const { says, next } = inWords(error)
        warn(`${says} ${next}`.trim())
        server.stop()
      },
    )
    const exit = await server.ended
    if (exit !== 0) for (const line of server.lastLines()) warn(line)
    warn(`The vault has stopped. The data of the demonstration stay in ${place.data}.`)
    // The server may have ended under calls that would be tried again for minutes.
    process.exit(failed ? 2 : exit)
  },
})

const environment = (data: string, token: string): NodeJS.ProcessEnv => ({
  SALLYPORT_LOG_LEVEL: 'warn',
  ...process.env,
  SALLYPORT_DATA: data,
  SALLYPORT_DEMO: 'true',
  SALLYPORT_SETUP_TOKEN: token,
})

function onEnter(say: Say, state: DemoState): void {
  if (!process.stdin.isTTY) return
  say('Press Enter for fresh codes.')
  createInterface({ input: process.stdin }).on('line', () => {
    for (const line of codes(state)) say(line)
  })
}
