/**
 * Who is signed in, and what they may do. The browser holds a cookie that no script can read; what is known here comes
 * from `/api/v1/me`. When the session ends in the middle of work, calls wait until the person has signed in again.
 */
import { createCaller, ProblemError } from '#contract/caller.ts'
import { type Me, readMe } from '#contract/me.ts'
import { isNobodyThere } from './presence.ts'

export const apiRoot = '/api/v1'

type State = { readonly me: Me; readonly hasEnded: boolean }

let state: State | undefined
const listeners = new Set<() => void>()
/** Calls that wait for the person to come back. */
let waiting: (() => void)[] = []

/** Without patience: for the questions whether there is a session, and whether there is one again. */
export const plainCaller = createCaller({
  baseUrl: apiRoot,
  token: () => undefined,
  csrf: () => state?.me.csrf_token ?? undefined,
  isPassive: isNobodyThere,
})

export function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function currentState(): State {
  if (state === undefined) throw new Error('the session was not loaded')
  return state
}

function become(next: State): void {
  state = next
  for (const listener of listeners) listener()
}

/** At the first load. False: nobody is signed in. Whoever may not come in at all gets the server's refusal thrown. */
export async function loadSession(): Promise<boolean> {
  try {
    const { value } = await plainCaller.call(readMe, { params: {}, query: {}, body: undefined })
    const isSomebodyElse = state !== undefined && state.me.id !== value.id
    // What is on the screen was read with the rights of another person.
    if (isSomebodyElse) location.reload()
    become({ me: value, hasEnded: false })
    for (const proceed of waiting.splice(0)) proceed()
    return true
  } catch (error) {
    if (isSignedOut(error)) return false
    throw error
  }
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.status === 401
}

/** Resolves when there is a session again. */
export function sessionAgain(): Promise<void> {
  become({ ...currentState(), hasEnded: true })
  return new Promise((resolve) => waiting.push(resolve))
}

export function signInUrl(returnTo: string): string {
  return `/console/sign-in?${new URLSearchParams({ return: returnTo }).toString()}`
}

/** Said by the window in which somebody signed in again. */
export const signedInChannel = 'sallyport-signed-in'
