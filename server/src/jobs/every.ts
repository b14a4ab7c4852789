import { setTimeout as pause } from 'node:timers/promises'

/** Does something at once and then again and again, never twice at a time; a fault is told and the next turn comes. */
export function every(
  ms: number,
  work: () => Promise<void>,
  say: (fault: unknown) => void,
): { stop: () => Promise<void> } {
  const ending = new AbortController()
  const running = (async () => {
    while (!ending.signal.aborted) {
      await work().catch(say)
      await pause(ms, undefined, { signal: ending.signal, ref: false }).catch(() => undefined)
    }
  })()
  return {
    stop() {
      ending.abort()
      return running
    },
  }
}
