import { useEffect, useRef } from 'react'
import { isWriting, lettersAct } from '../frame/use-keys.ts'
import styles from './items.module.css'
import { PlayerControls } from './PlayerControls.tsx'
import type { ItemRecord } from './use-item.ts'
import { usePlayed } from './use-played.ts'
import { type PlayerDeeds, usePlayer } from './use-player.ts'
import type { Viewing } from './Viewer.tsx'

type Props = {
  readonly item: ItemRecord
  readonly viewing: Viewing
  readonly kind: 'video' | 'audio'
  readonly onTrouble: () => void
}

/** Plays a recording. Every control has a key, and nothing has to be dragged. */
export function Player({ item, viewing, kind, onTrouble }: Props) {
  const stage = useRef<HTMLDivElement>(null)
  const media = useRef<HTMLVideoElement & HTMLAudioElement>(null)
  const played = usePlayed(viewing.id)
  const [state, deeds] = usePlayer(media, played)
  const full = () => {
    if (document.fullscreenElement) void document.exitFullscreen()
    else void stage.current?.requestFullscreen()
  }
  usePlayerKeys({ ...deeds, full, position: state.position })
  const shared = { ref: media, src: viewing.content, preload: 'metadata', autoPlay: true, onError: onTrouble } as const

  return (
    <div ref={stage} className={styles['player']} data-player={kind}>
      {kind === 'video' ? (
        // Evidence comes without captions; a transcript is an item of its own.
        <video {...shared} playsInline className={styles['video']} aria-label={item.title} onClick={deeds.toggle} />
      ) : (
        // Evidence comes without captions; a transcript is an item of its own.
        <audio {...shared} aria-label={item.title} />
      )}
      <PlayerControls
        item={item}
        media={media}
        state={state}
        deeds={deeds}
        onFull={kind === 'video' ? full : undefined}
      />
    </div>
  )
}

type Keyed = PlayerDeeds & { readonly full: () => void; readonly position: number }

function usePlayerKeys(keyed: Keyed) {
  const latest = useRef(keyed)
  latest.current = keyed
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const { target, key } = event
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(target)) return
      if (document.body.classList.contains('locked') || document.querySelector('[role="dialog"], [role="menu"]')) return
      const act = actFor(key, latest.current)
      if (!act || !permitted(key, target)) return
      event.preventDefault()
      act()
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}

/** A button keeps its space bar, a list of tabs its arrows, and letters only act where the person wants them to. */
function permitted(key: string, target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return true
  if (key === ' ') return !target.closest('button, a, summary, [role="tab"]')
  if (key.startsWith('Arrow')) return !target.closest('[role="tablist"], [role="radiogroup"], input, [data-scrolls]')
  return lettersAct()
}

function actFor(key: string, deeds: Keyed): (() => void) | undefined {
  const acts: Record<string, () => void> = {
    ' ': deeds.toggle,
    j: deeds.back,
    k: deeds.stop,
    l: deeds.forwards,
    ',': () => deeds.step(-1),
    '.': () => deeds.step(1),
    f: deeds.full,
    ArrowLeft: () => deeds.seek(deeds.position - 5),
    ArrowRight: () => deeds.seek(deeds.position + 5),
  }
  return acts[key]
}
