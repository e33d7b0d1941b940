/**
 * Whether somebody is there. What a page reads again of itself is no work of anybody's: calls that are made while nobody
 * touched a key or the pointer say so, and the session idles out as if the page were closed.
 */

/** Who reads is there for a while after the last key. */
const stillThereMs = 60_000

// Whoever opened the page was there then.
let lastSign = Date.now()

for (const sign of ['keydown', 'pointerdown', 'wheel', 'touchmove']) {
  addEventListener(sign, () => (lastSign = Date.now()), { capture: true, passive: true })
}

export function isNobodyThere(): boolean {
  return Date.now() - lastSign > stillThereMs
}
