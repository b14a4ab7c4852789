export type Part = { readonly from: number; readonly to: number; readonly speed: number }

type Stretch = { readonly low: number; readonly high: number; readonly last: number; readonly speed: number }

/** What was shown of a recording and is not reported yet. */
export type Watch = { readonly parts: readonly Part[]; readonly stretch: Stretch | null }

export const nothingPlayed: Watch = { parts: [], stretch: null }

/** Most parts in one report, by the contract. */
const most = 200

/**
 * The picture stands at `at` and moves at `speed`. Called at the start, at every tick, when the speed
 * changes and after each step by frame; backwards as well as forwards.
 *
 * A tick that lies further from the last one than the speed explains is a jump: what lies between was
 * not shown and must not be entered as played.
 */
export function playing(watch: Watch, at: number, speed: number): Watch {
  const { stretch } = watch
  if (stretch?.speed === speed && Math.abs(at - stretch.last) <= speed * 1.5 + 0.5)
    return {
      parts: watch.parts,
      stretch: { low: Math.min(stretch.low, at), high: Math.max(stretch.high, at), last: at, speed },
    }
  return { parts: closed(watch), stretch: { low: at, high: at, last: at, speed } }
}

/** The picture stopped, or is about to jump. */
export const stopped = (watch: Watch): Watch => ({ parts: closed(watch), stretch: null })

/** Takes what is to be reported, and goes on from the place where the picture stands. */
export function taken(watch: Watch): { report: Part[]; rest: Watch } {
  const all = closed(watch)
  const { stretch } = watch
  const rest = stretch ? { low: stretch.last, high: stretch.last, last: stretch.last, speed: stretch.speed } : null
  return { report: all.slice(0, most), rest: { parts: all.slice(most), stretch: rest } }
}

function closed({ parts, stretch }: Watch): readonly Part[] {
  if (!stretch) return parts
  const part = { from: hundredth(stretch.low), to: hundredth(stretch.high), speed: stretch.speed }
  return part.to > part.from ? [...parts, part] : parts
}

const hundredth = (seconds: number) => Math.max(0, Math.round(seconds * 100) / 100)
