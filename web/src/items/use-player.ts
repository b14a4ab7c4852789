import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { type Played, stepSpeed } from './use-played.ts'

export const speeds = [0.1, 0.25, 0.5, 1, 1.5, 2, 4, 8, 16] as const

export type PlayerState = {
  readonly playing: boolean
  readonly backwards: boolean
  readonly position: number
  readonly duration: number
  readonly speed: number
}

export type PlayerDeeds = {
  readonly toggle: () => void
  readonly forwards: () => void
  readonly back: () => void
  readonly stop: () => void
  readonly step: (frames: number) => void
  readonly seek: (to: number) => void
  readonly setSpeed: (speed: number) => void
}

const backTick = 100

/** Drives a player and tells what it shows. What a browser's player lacks is added: backwards, and frame by frame. */
export function usePlayer(media: RefObject<HTMLMediaElement | null>, played: Played): [PlayerState, PlayerDeeds] {
  const [state, setState] = useState<PlayerState>(atRest)
  const back = useRef<ReturnType<typeof setInterval>>(undefined)
  const stepping = useRef(false)
  const frame = useFrameLength(media)
  const show = useCallback((part: Partial<PlayerState>) => setState((now) => ({ ...now, ...part })), [])
  const watching = { played, show, back, stepping }
  usePictureEvents(media, watching)
  useEffect(() => () => clearInterval(back.current), [])
  return [state, deedsOn(media, state, { ...watching, frame })]
}

const atRest: PlayerState = { playing: false, backwards: false, position: 0, duration: 0, speed: 1 }

type Driving = Watching & { readonly frame: RefObject<number> }

function deedsOn(media: RefObject<HTMLMediaElement | null>, state: PlayerState, driving: Driving): PlayerDeeds {
  const { played, show, back, stepping, frame } = driving
  const running = state.playing || state.backwards
  const endBack = () => {
    clearInterval(back.current)
    back.current = undefined
  }
  const stop = () => {
    endBack()
    media.current?.pause()
    played.halt()
    show({ backwards: false, playing: false })
  }
  const play = (speed: number) => {
    endBack()
    if (media.current) media.current.playbackRate = speed
    show({ backwards: false, speed })
    media.current?.play().catch(() => show({ playing: false }))
  }
  const seek = (to: number) => {
    const element = media.current
    if (!element || !Number.isFinite(element.duration)) return
    element.currentTime = Math.max(0, Math.min(element.duration, to))
    // At once, not with the next frame: a timeline that still stood at the old place would seek back to it.
    show({ position: element.currentTime })
  }
  return {
    toggle: () => (running ? stop() : play(state.speed)),
    forwards: () => play(state.playing ? Math.min(16, state.speed * 2) : Math.max(1, state.speed)),
    back: () => {
      const speed = state.backwards ? Math.min(16, state.speed * 2) : 1
      media.current?.pause()
      show({ backwards: true, speed })
      playBack(media, speed, { ...driving, stop })
    },
    stop,
    step: (frames) => {
      if (running) stop()
      stepping.current = true
      seek((media.current?.currentTime ?? 0) + frames * frame.current)
    },
    seek,
    setSpeed: (speed) => {
      if (media.current) media.current.playbackRate = speed
      show({ speed })
    },
  }
}

type PlayingBack = Driving & { readonly stop: () => void }

/** No browser plays backwards: the place is set back again and again, as fast as the picture follows. */
function playBack(
  media: RefObject<HTMLMediaElement | null>,
  speed: number,
  { back, stepping, played, stop }: PlayingBack,
) {
  clearInterval(back.current)
  stepping.current = true
  back.current = setInterval(() => {
    const element = media.current
    if (!element || element.currentTime <= 0) return stop()
    // The next place only once the last one is shown, however long the vault takes.
    if (element.seeking) return
    element.currentTime = Math.max(0, element.currentTime - (speed * backTick) / 1000)
    played.at(element.currentTime, speed)
  }, backTick)
}

type Watching = {
  readonly played: Played
  readonly show: (part: Partial<PlayerState>) => void
  readonly back: RefObject<ReturnType<typeof setInterval> | undefined>
  readonly stepping: RefObject<boolean>
}

function usePictureEvents(media: RefObject<HTMLMediaElement | null>, { played, show, back, stepping }: Watching) {
  useEffect(() => {
    const element = media.current
    if (!element) return
    let drawing = 0
    const look = () => {
      show({ position: element.currentTime })
      if (element.paused) return
      played.at(element.currentTime, element.playbackRate)
      drawing = requestAnimationFrame(look)
    }
    const on: Partial<Record<keyof HTMLMediaElementEventMap, () => void>> = {
      play: () => {
        stepping.current = false
        show({ playing: true })
        cancelAnimationFrame(drawing)
        look()
      },
      pause: () => {
        show({ playing: false })
        if (!back.current) played.halt()
      },
      seeking: () => {
        if (!stepping.current) played.halt()
        show({ position: element.currentTime })
      },
      seeked: () => {
        show({ position: element.currentTime })
        if (stepping.current && !back.current) played.at(element.currentTime, stepSpeed)
        if (!back.current) stepping.current = false
      },
      // The page may be in the background, where nothing is drawn but the sound goes on.
      timeupdate: () => {
        if (!element.paused) played.at(element.currentTime, element.playbackRate)
      },
      durationchange: () => show({ duration: Number.isFinite(element.duration) ? element.duration : 0 }),
      ended: () => show({ playing: false }),
    }
    for (const [name, listen] of Object.entries(on)) element.addEventListener(name, listen)
    return () => {
      cancelAnimationFrame(drawing)
      for (const [name, listen] of Object.entries(on)) element.removeEventListener(name, listen)
    }
  }, [media, played, show, back, stepping])
}

/** How long a frame lasts, measured while the picture runs; a thirtieth of a second until that is known. */
function useFrameLength(media: RefObject<HTMLMediaElement | null>): RefObject<number> {
  const length = useRef(1 / 30)
  useEffect(() => {
    const video = media.current
    if (!(video instanceof HTMLVideoElement) || !('requestVideoFrameCallback' in video)) return
    let last: { time: number; frames: number } | null = null
    let asked = 0
    const look: VideoFrameRequestCallback = (_, { mediaTime, presentedFrames }) => {
      const passed = last ? mediaTime - last.time : 0
      if (last && presentedFrames === last.frames + 1 && passed > 1 / 250 && passed < 0.5) length.current = passed
      last = { time: mediaTime, frames: presentedFrames }
      asked = video.requestVideoFrameCallback(look)
    }
    asked = video.requestVideoFrameCallback(look)
    return () => video.cancelVideoFrameCallback(asked)
  }, [media])
  return length
}
