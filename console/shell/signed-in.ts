/** The second window, in which somebody signed in again: it tells the first, and goes. */
import { signedInChannel } from '../parts/api/session.ts'

export function isSignedInWindow(): boolean {
  return location.pathname === '/console/signed-in'
}

export function sayAndClose(place: HTMLElement): void {
  new BroadcastChannel(signedInChannel).postMessage('signed in')
  place.textContent = 'You are signed in. You can close this window.'
  place.style.padding = '2rem'
  window.close()
}
