import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { size as sizeWords } from '../words/sizes.ts'
import styles from './items.module.css'

/** More than anybody reads on a page, little enough for any machine. */
const most = 1_000_000

type Props = { readonly address: string; readonly size: number; readonly onTrouble: () => void }

/** Text as it stands in the file, its first megabyte. It is shown, never run. */
export function TextView({ address, size, onTrouble }: Props) {
  const { data, error } = useQuery({
    queryKey: ['text', address],
    queryFn: async ({ signal }) => {
      const response = await fetch(address, {
        headers: { range: `bytes=0-${Math.min(size, most) - 1}` },
        cache: 'no-store',
        signal,
      })
      if (!response.ok) throw new Error('The text was not sent.')
      return response.text()
    },
    retry: false,
    gcTime: 0,
  })
  useEffect(() => {
    if (error) onTrouble()
  }, [error, onTrouble])
  return (
    <div>
      <pre className={styles['text']} tabIndex={0} aria-label="Text of the item" aria-busy={data === undefined}>
        {data ?? 'Reading…'}
      </pre>
      {size > most && (
        <p className="dim">
          The first {sizeWords(most)} of {sizeWords(size)} are shown.
        </p>
      )}
    </div>
  )
}
