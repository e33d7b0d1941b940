/** Questions before something is done that cannot simply be done again. Asked from anywhere, answered by a promise. */
import type { ReactNode } from 'react'

export interface Question {
  readonly title: string
  /** What happens, and what breaks. */
  readonly body: ReactNode
  /** `Delete client`. */
  readonly confirm: string
  readonly isDangerous?: boolean
  /** Has to be typed first: for what cannot be undone. */
  readonly typed?: string
  /** A milder way: `Disable instead`. */
  readonly instead?: { readonly label: string; readonly run: () => Promise<unknown> }
  /** Done while the dialog is open; a refusal is told and the dialog stays. */
  readonly run: () => Promise<unknown>
}

export type Asked = Question & { readonly answer: (isDone: boolean) => void }

let asked: Asked | undefined
const listeners = new Set<() => void>()

/** Undefined: nothing is asked any more. */
export function ask(next: Asked | undefined): void {
  asked = next
  for (const listener of listeners) listener()
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Resolves true when it was done, false when the person thought better of it (or took the milder way). */
export function confirm(question: Question): Promise<boolean> {
  asked?.answer(false)
  return new Promise((answer) => ask({ ...question, answer }))
}

export function currentQuestion(): Asked | undefined {
  return asked
}
