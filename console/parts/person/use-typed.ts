import { useState } from 'react'

/** Text that is being typed and is applied later; when what is applied changes from elsewhere, it is that. */
export function useTyped(applied: string): [typed: string, setTyped: (text: string) => void] {
  const [before, setBefore] = useState(applied)
  const [typed, setTyped] = useState(applied)
  if (before !== applied) {
    setBefore(applied)
    setTyped(applied)
  }
  return [typed, setTyped]
}
