/** What a person has chosen on this browser: kept here, never sent. */
import { useLocalStorage } from '@mantine/hooks'

const prefix = 'sallyport.'

/** Like `useState`, but it stays. */
export function usePreference<T>(name: string, defaultValue: T) {
  return useLocalStorage<T>({ key: prefix + name, defaultValue, getInitialValueInEffect: false })
}

/** Null where there is none, or where the browser keeps nothing for us. */
export function readPreference(name: string): string | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(prefix + name) ?? 'null')
    return typeof kept === 'string' ? kept : null
  } catch {
    return null
  }
}

export function keepPreference(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, JSON.stringify(value))
  } catch {
    // A browser that keeps nothing: the choice holds for this page.
  }
}
