/** A list that is wider than its place: its columns go aside below the name, which stays. */
import { type RefObject, useEffect } from 'react'

export function useAside(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const box = place.current
    if (box === null) return undefined
    const mark = () => void box.toggleAttribute('data-is-aside', box.scrollLeft > 0)
    box.addEventListener('scroll', mark, { passive: true })
    box.addEventListener('focusin', bringIntoSight)
    return () => {
      box.removeEventListener('scroll', mark)
      box.removeEventListener('focusin', bringIntoSight)
    }
  }, [place])
}

/**
 * Out from below the columns that stay where they are: a browser takes what lies there for seen. What was met by the
 * pointer stays under it.
 */
function bringIntoSight({ target }: FocusEvent): void {
  if (!(target instanceof Element) || target.closest('thead') === null || !target.matches(':focus-visible')) return
  target.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}
