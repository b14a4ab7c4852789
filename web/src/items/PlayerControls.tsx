import { ActionIcon, Group, NativeSelect, Tooltip } from '@mantine/core'
import { type ReactNode, type RefObject, useState } from 'react'
import { Icon } from '../frame/Icon.tsx'
import { useSession } from '../sessions/session.ts'
import { clockIn, frameMoment } from '../time/agency-time.ts'
import { position as positionWords } from '../time/durations.ts'
import styles from './items.module.css'
import type { ItemRecord } from './use-item.ts'
import { type PlayerDeeds, type PlayerState, speeds } from './use-player.ts'

type Props = {
  readonly item: ItemRecord
  readonly media: RefObject<HTMLMediaElement | null>
  readonly state: PlayerState
  readonly deeds: PlayerDeeds
  readonly onFull: (() => void) | undefined
}

export function PlayerControls({ item, media, state, deeds, onFull }: Props) {
  const { playing, backwards, position, duration, speed } = state
  const running = playing || backwards
  return (
    <div className={styles['controls']}>
      <Timeline position={position} duration={duration} onSeek={deeds.seek} />
      <Group gap={6} wrap="wrap">
        <Control says={running ? 'Pause (Space)' : 'Play (Space)'} onClick={deeds.toggle}>
          <Icon name={running ? 'pause' : 'play'} />
        </Control>
        <Control says="Play backwards (j)" onClick={deeds.back}>
          <Icon name="back" />
        </Control>
        <Control says="One frame back (,)" onClick={() => deeds.step(-1)}>
          <Icon name="frameBack" />
        </Control>
        <Control says="One frame on (.)" onClick={() => deeds.step(1)}>
          <Icon name="frameOn" />
        </Control>
        {[0.5, 1, 2].map((one) => (
          <Control key={one} says={`Speed ${one}`} pressed={speed === one} onClick={() => deeds.setSpeed(one)}>
            {one}×
          </Control>
        ))}
        <NativeSelect
          aria-label="Speed"
          size="xs"
          data={[...new Set([...speeds, speed])]
            .sort((a, b) => a - b)
            .map((one) => ({ value: String(one), label: `${one}×` }))}
          value={String(speed)}
          onChange={(event) => deeds.setSpeed(Number(event.currentTarget.value))}
        />
        <Loudness media={media} />
        {onFull && (
          <Control says="Full screen (f)" onClick={onFull}>
            <Icon name="full" />
          </Control>
        )}
        <span className={styles['position']}>
          {positionWords(position)} <span className="dim">/ {positionWords(duration)}</span>
          {backwards && ' · backwards'}
        </span>
      </Group>
      <FrameTime item={item} position={position} />
    </div>
  )
}

type ControlProps = {
  readonly says: string
  readonly pressed?: boolean
  readonly onClick: () => void
  readonly children: ReactNode
}

const Control = ({ says, pressed, onClick, children }: ControlProps) => (
  <Tooltip label={says} openDelay={500}>
    <ActionIcon
      variant="default"
      size={36}
      aria-label={says}
      {...(pressed !== undefined && { 'aria-pressed': pressed })}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  </Tooltip>
)

type TimelineProps = { readonly position: number; readonly duration: number; readonly onSeek: (to: number) => void }

/** The place in the recording. By keys: arrows 5 s, with Shift 1 s, Page 30 s, Home and End. */
function Timeline({ position, duration, onSeek }: TimelineProps) {
  const jumps: Record<string, number> = {
    ArrowLeft: -5,
    ArrowDown: -5,
    ArrowRight: 5,
    ArrowUp: 5,
    PageDown: -30,
    PageUp: 30,
  }
  return (
    <input
      type="range"
      className={styles['timeline']}
      aria-label="Place in the recording"
      aria-valuetext={`${positionWords(position, 'seconds')} of ${positionWords(duration, 'seconds')}`}
      min={0}
      max={duration || 1}
      step={0.01}
      value={Math.min(position, duration || 1)}
      style={{ ['--done' as string]: `${duration > 0 ? (position / duration) * 100 : 0}%` }}
      onChange={(event) => onSeek(Number(event.currentTarget.value))}
      onKeyDown={(event) => {
        const jump = jumps[event.key]
        if (jump === undefined) return
        event.preventDefault()
        onSeek(position + (event.shiftKey ? Math.sign(jump) : jump))
      }}
    />
  )
}

function Loudness({ media }: { readonly media: RefObject<HTMLMediaElement | null> }) {
  const [loudness, setLoudness] = useState(1)
  return (
    <label className={styles['loudness']}>
      <span className="dim">Sound</span>
      <input
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={loudness}
        aria-valuetext={loudness === 0 ? 'off' : `${Math.round(loudness * 100)} percent`}
        onChange={(event) => {
          const next = Number(event.currentTarget.value)
          setLoudness(next)
          if (media.current) media.current.volume = next
        }}
      />
    </label>
  )
}

/** When the frame was recorded: the clock of the device, put right by how far it was ahead, on both clocks. */
function FrameTime({ item, position }: { readonly item: ItemRecord; readonly position: number }) {
  const zone = useSession().agency.timeZone
  if (!item.recordedAt)
    return <p className={styles['frameTime']}>When it was recorded is not known, so a frame has no time of day.</p>
  const moment = frameMoment(item.recordedAt, item.clockOffsetSeconds, position)
  const here = clockIn(zone, moment, 'hundredths')
  const utc = clockIn('UTC', moment, 'hundredths')
  return (
    <p className={styles['frameTime']}>
      Agency time {here.date} {here.time} {here.offset} · UTC {utc.date === here.date ? '' : `${utc.date} `}
      {utc.time} Z
      <span className="dim">
        {' '}
        ·{' '}
        {item.clockOffsetSeconds
          ? `clock of the device put right by ${-item.clockOffsetSeconds} s`
          : 'by the clock of the device'}
      </span>
    </p>
  )
}
