import { Kbd, TextInput } from '@mantine/core'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { searchFilters } from '../frame/address.ts'
import { Icon } from '../frame/Icon.tsx'
import styles from './search.module.css'

const pause = 150

/** The one search of the vault. As the person types, the question goes into the address and the answer below. */
export function SearchField({ fieldRef }: { readonly fieldRef: RefObject<HTMLInputElement | null> }) {
  const navigate = useNavigate()
  const { pathname, search } = useLocation()
  const asked = pathname === '/search' ? (searchFilters(search).q ?? '') : ''
  const [text, setText] = useState(asked)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  // The address may change without typing: back, a link, another page.
  useEffect(() => {
    if (document.activeElement !== fieldRef.current) setText(asked)
  }, [asked, fieldRef])
  useEffect(() => () => clearTimeout(timer.current), [])

  const go = (q: string) => {
    if (q.trim() === '' && pathname !== '/search') return
    const kept = pathname === '/search' ? searchFilters(search) : {}
    void navigate({ to: '/search', search: searchFilters({ ...kept, q: q.trim() }), replace: pathname === '/search' })
  }
  const type = (q: string) => {
    setText(q)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => go(q), pause)
  }

  return (
    <form
      role="search"
      className={styles['field']}
      onSubmit={(event) => {
        event.preventDefault()
        clearTimeout(timer.current)
        go(text)
      }}
    >
      <TextInput
        ref={fieldRef}
        type="search"
        aria-label="Search cases and items"
        placeholder="Search cases and items"
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          // A browser would empty the field, and with it the page below.
          event.preventDefault()
          event.currentTarget.blur()
        }}
        leftSection={<Icon name="search" size={16} />}
        rightSection={<Kbd className={styles['key'] ?? ''}>/</Kbd>}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
      />
    </form>
  )
}
