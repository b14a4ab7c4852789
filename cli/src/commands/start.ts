import { command } from '../command.ts'
import { runServer } from '../server-process.ts'

export const start = command({
  usage: 'start',
  does: 'Starts the vault on this machine and stays until it is stopped. Settings: docs/operations/settings.md',
  options: {},
  run: () => runServer(process.env).ended,
})
