import { useEffect, useRef } from 'react'
import { type Command, pressed, type Waiting } from './keys.ts'

const lettersKey = 'sallyport.single-keys'

/** Whether single letters act. A person can switch them off (WCAG 2.1.4). */
export const lettersAct = (): boolean => localStorage.getItem(lettersKey) !== 'off'
export const setLettersAct = (act: boolean): void => localStorage.setItem(lettersKey, act ? 'on' : 'off')

/** Whether a key that arrives here was typed into a field, or belongs to an open dialog or menu. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('[role="dialog"], [role="menu"], [role="listbox"]')) return true
  if (target instanceof HTMLInputElement) return !/^(checkbox|radio|button|submit|range|file)$/.test(target.type)
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)
}

/** Listens to the keys of the whole page. What a page itself understood does not come here. */
export function useKeys(act: (command: Command) => void): void {
  const waiting = useRef<Waiting>(null)
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || document.body.classList.contains('locked')) return
      const chord = event.ctrlKey || event.metaKey
      const open = document.querySelector('[role="dialog"], [role="menu"]') !== null
      const given = { key: event.key, at: event.timeStamp, chord, writing: isWriting(event.target) || (open && !chord) }
      const { waiting: next, command } = pressed(waiting.current, given, lettersAct())
      waiting.current = next
      if (!command) return
      event.preventDefault()
      latest.current(command)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}
