import { useEffect, useState } from 'react'
import type { Printed } from './PrintDialog.tsx'

/**
 * Prints the page once its entry is made, and lets the entry go with the sheet: each print is one entry. The keys
 * for printing lead to the dialog, as the menu does; the menu of the browser itself gives an empty sheet.
 */
export function usePrint(onAsk: () => void) {
  const [printed, setPrinted] = useState<Printed | null>(null)
  useEffect(() => {
    if (!printed) return
    const done = () => setPrinted(null)
    window.addEventListener('afterprint', done, { once: true })
    // After the dialog has left the page.
    const soon = setTimeout(() => window.print(), 300)
    return () => {
      clearTimeout(soon)
      window.removeEventListener('afterprint', done)
    }
  }, [printed])
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'p') return
      event.preventDefault()
      onAsk()
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [onAsk])
  return [printed, setPrinted] as const
}
