import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'

let due = false

/** Remembers that a new page is being opened, so that its title takes the focus once it is there. */
export function useFocusOnNewPage(): void {
  const router = useRouter()
  useEffect(
    () =>
      router.subscribe('onBeforeNavigate', ({ pathChanged, fromLocation }) => {
        if (pathChanged && fromLocation) due = true
      }),
    [router],
  )
}

/** Whether the page that just appeared should take the focus: not away from a field that is being written in. */
export function takesFocus(): boolean {
  const taken = due && !(document.activeElement instanceof HTMLInputElement && document.activeElement.type === 'search')
  due = false
  return taken
}
