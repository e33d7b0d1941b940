/** The keys of a list. Those that are one letter can be switched off (WCAG 2.2 §2.1.4). */
import { type RefObject, useEffect } from 'react'
import { isTyping } from '../person/keys.ts'
import { usePreference } from '../person/preferences.ts'

export interface ListKeys {
  readonly count: number
  readonly active: number
  readonly move: (index: number) => void
  readonly select: () => void
  readonly open: () => void
  readonly edit: () => void
  readonly remove: () => void
  readonly refresh: () => void
}

export function useListKeys(place: RefObject<HTMLElement | null>, keys: ListKeys): void {
  const [hasSingleKeys] = usePreference('single-keys', true)
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : null
      const isInside = place.current?.contains(target) ?? false
      if (event.key === 'F5' && isInside && !event.ctrlKey) {
        event.preventDefault()
        return keys.refresh()
      }
      if (isTyping(event) || (!isInside && target !== document.body && target?.id !== 'page')) return
      const command = commandOf(event, target, hasSingleKeys, place, keys)
      if (command === undefined) return
      event.preventDefault()
      command()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  })
}

function commandOf(
  event: KeyboardEvent,
  target: HTMLElement | null,
  hasSingleKeys: boolean,
  place: RefObject<HTMLElement | null>,
  keys: ListKeys,
): (() => void) | undefined {
  const step = (by: number) => () => keys.move(Math.min(keys.count - 1, Math.max(0, keys.active + by)))
  const isOnRow = target?.matches('tr[data-row]') ?? false
  const always: Readonly<Record<string, () => void>> = isOnRow
    ? { ArrowDown: step(1), ArrowUp: step(-1), Enter: keys.open, Delete: keys.remove }
    : {}
  const single: Readonly<Record<string, () => void>> = {
    '/': () => place.current?.querySelector<HTMLElement>('[data-list-search]')?.focus(),
    j: step(1),
    k: step(-1),
    x: keys.select,
    e: keys.edit,
    r: keys.refresh,
  }
  return always[event.key] ?? (hasSingleKeys ? single[event.key] : undefined)
}
