import { basename } from 'node:path'
import { shown } from '../table.ts'
import { doneOf, lineOf, type Meter, measured, newMeter } from './progress.ts'

/** What shows a person how far things are. Nothing here decides anything. */
export type Display = {
  readonly report: (path: string, total: number, done: number) => void
  readonly ended: (path: string) => void
  readonly note: (sentence: string) => void
  readonly close: () => void
}

export const silentDisplay: Display = { report: () => {}, ended: () => {}, note: () => {}, close: () => {} }

const redrawEvery = 0.2
const logEvery = 15
const mostName = 40

/** Lines that are drawn over at a terminal: one for each file under way, one for all of them. */
export function displayOn(stream: NodeJS.WriteStream, all: number): Display {
  const files = new Map<string, Meter>()
  let overall = newMeter(all)
  let finished = 0
  let drawn = 0
  let last = 0
  const clear = () => {
    if (drawn) stream.write(`\u001b[${drawn}A\u001b[J`)
    drawn = 0
  }
  const draw = () => {
    const lines = [...files].map(([path, meter]) => lineOf(basename(path).slice(0, mostName), meter))
    const total = lineOf('All files', overall)
    clear()
    const width = Math.max(20, stream.columns || 80) - 1
    for (const line of [...lines, total]) stream.write(`${line.slice(0, width)}\n`)
    drawn = lines.length + 1
  }
  const measure = () => {
    const under = [...files.values()].reduce((sum, meter) => sum + doneOf(meter), 0)
    overall = measured(overall, performance.now() / 1000, finished + under)
  }
  return {
    report(path, total, done) {
      const now = performance.now() / 1000
      files.set(path, measured(files.get(path) ?? newMeter(total), now, done))
      measure()
      if (now - last < (stream.isTTY ? redrawEvery : logEvery)) return
      last = now
      if (stream.isTTY) draw()
      else stream.write(`${lineOf('All files', overall)}\n`)
    },
    ended(path) {
      finished += files.get(path)?.total ?? 0
      files.delete(path)
      clear()
    },
    note(sentence) {
      clear()
      stream.write(`${shown(sentence)}\n`)
    },
    close: clear,
  }
}
