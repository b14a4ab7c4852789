import { encode } from 'uqr'
import { useMemo } from 'react'
import styles from './words.module.css'

type Props = { readonly text: string; readonly label: string; readonly side?: number }

/** A QR code, drawn here: the text of it goes to no other machine. Always dark on light, for the cameras. */
export function QrCode({ text, label, side = 176 }: Props) {
  const { path, size } = useMemo(() => drawn(text), [text])
  return (
    <svg
      className={styles['qr']}
      role="img"
      aria-label={label}
      width={side}
      height={side}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}

function drawn(text: string): { path: string; size: number } {
  const { data, size } = encode(text, { ecc: 'M', border: 3 })
  const squares = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return { path: squares.join(''), size }
}
