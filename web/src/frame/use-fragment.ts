import { useEffect, useState } from 'react'

/**
 * A token from behind the # of the address, which a browser never sends, so that it reaches no log.
 * It is then taken out of the address and the history of this tab.
 */
export function useFragment(): string {
  const [token] = useState(() => decodeURIComponent(window.location.hash.slice(1)))
  useEffect(() => {
    if (token !== '') window.history.replaceState(window.history.state, '', window.location.pathname)
  }, [token])
  return token
}
