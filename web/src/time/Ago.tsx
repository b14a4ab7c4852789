import { useEffect, useState } from 'react'
import { ago } from './durations.ts'

/** How long ago something happened, kept true while the page stands open. */
export function Ago({ at }: { readonly at: string }) {
  const now = useNow(15_000)
  return <span>{ago(new Date(at), now)}</span>
}

export function useNow(every: number): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), every)
    return () => clearInterval(timer)
  }, [every])
  return now
}
