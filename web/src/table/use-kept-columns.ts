import { useState } from 'react'

type Hideable = { readonly id: string; readonly hidden?: boolean }
type Visible = Record<string, boolean>

/** Which columns of a table a person wants to see, remembered in this browser. */
export function useKeptColumns(
  label: string,
  columns: readonly Hideable[],
): [Visible, (change: Visible | ((now: Visible) => Visible)) => void] {
  const key = `sallyport.columns.${label}`
  const [visible, setVisible] = useState<Visible>(() => ({
    ...Object.fromEntries(columns.filter(({ hidden }) => hidden).map(({ id }) => [id, false])),
    ...read(key),
  }))
  return [
    visible,
    (change) => {
      const next = typeof change === 'function' ? change(visible) : change
      localStorage.setItem(key, JSON.stringify(next))
      setVisible(next)
    },
  ]
}

function read(key: string): Visible {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '{}')
    return typeof kept === 'object' && kept !== null ? (kept as Visible) : {}
  } catch {
    return {}
  }
}
