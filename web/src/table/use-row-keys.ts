import { type RefObject, useEffect } from 'react'
import { isWriting, lettersAct } from '../frame/use-keys.ts'

const opener = '[data-row-link]'

/**
 * `j` and `k` move the focus from row to row, to the link that opens it, so that Enter works by
 * itself and a screen reader says where one is; `x` ticks the row.
 */
export function useRowKeys(place: RefObject<HTMLElement | null>, onTick?: (id: string) => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !lettersAct() || isWriting(event.target)) return
      if (document.querySelector('[role="dialog"], [role="menu"]')) return
      const links = [...(place.current?.querySelectorAll<HTMLElement>(opener) ?? [])]
      const now = links.findIndex(
        (link) => link === document.activeElement || link.closest('[data-row]')?.contains(document.activeElement),
      )
      if (event.key === 'j' || event.key === 'k') {
        const next = links[now === -1 ? 0 : Math.max(0, Math.min(links.length - 1, now + (event.key === 'j' ? 1 : -1)))]
        if (!next) return
        event.preventDefault()
        next.focus()
        next.scrollIntoView({ block: 'nearest' })
      }
      const id = event.key === 'x' ? links[now]?.closest<HTMLElement>('[data-row]')?.dataset['row'] : undefined
      if (id && onTick) {
        event.preventDefault()
        onTick(id)
      }
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [place, onTick])
}
