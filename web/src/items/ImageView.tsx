import { ActionIcon, Group, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { isWriting, lettersAct } from '../frame/use-keys.ts'
import styles from './items.module.css'

const steps = [25, 50, 75, 100, 150, 200, 300, 400, 600, 800]

type Props = { readonly address: string; readonly title: string; readonly onTrouble: () => void }

/** A picture, fitted to the page or enlarged; then it is moved about by scrolling, by keys as well as by hand. */
export function ImageView({ address, title, onTrouble }: Props) {
  const [zoom, setZoom] = useState<number | null>(null)
  const [own, setOwn] = useState<{ width: number; height: number } | null>(null)
  const change = (by: 1 | -1) =>
    setZoom((now) => {
      const from = now ?? 100
      return (by > 0 ? steps.find((step) => step > from) : steps.findLast((step) => step < from)) ?? from
    })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (isWriting(event.target) || event.ctrlKey || event.metaKey || !lettersAct()) return
      if (event.key === '+' || event.key === '=') change(1)
      if (event.key === '-') change(-1)
      if (event.key === '0') setZoom(null)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])

  return (
    <figure className={styles['figure']}>
      <div className={styles['picture']} role="region" aria-label={`Picture: ${title}`} tabIndex={0}>
        <img
          src={address}
          alt={title}
          onError={onTrouble}
          onLoad={({ currentTarget }) =>
            setOwn({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight })
          }
          style={
            zoom === null || !own
              ? { maxWidth: '100%', maxHeight: '70vh' }
              : { width: (own.width * zoom) / 100, maxWidth: 'none' }
          }
        />
      </div>
      <Group component="figcaption" gap="xs" className="no-print">
        <ActionIcon variant="default" size={32} aria-label="Smaller (key -)" onClick={() => change(-1)}>
          −
        </ActionIcon>
        <ActionIcon variant="default" size={32} aria-label="Larger (key +)" onClick={() => change(1)}>
          +
        </ActionIcon>
        <ActionIcon
          variant="default"
          size={32}
          w="auto"
          px="xs"
          aria-pressed={zoom === null}
          onClick={() => setZoom(null)}
        >
          Fit
        </ActionIcon>
        <ActionIcon
          variant="default"
          size={32}
          w="auto"
          px="xs"
          aria-pressed={zoom === 100}
          onClick={() => setZoom(100)}
        >
          100 %
        </ActionIcon>
        <Text size="sm" c="dimmed" role="status">
          {zoom === null ? 'Fitted' : `${zoom} %`}
          {own && ` · ${own.width} × ${own.height} pixels`}
        </Text>
      </Group>
    </figure>
  )
}
