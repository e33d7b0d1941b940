/**
 * Scrolls a place until the item that is open in it is seen, and nothing else: `scrollIntoView` would also move the
 * point from which the Tab key goes on.
 */
export function bringOpenItemInSight(place: HTMLElement | null): void {
  const item = place?.querySelector('[aria-current]')
  if (!place || !item) return
  const outer = place.getBoundingClientRect()
  const inner = item.getBoundingClientRect()
  place.scrollTop += missing(inner.top - outer.top, inner.bottom - outer.bottom)
  place.scrollLeft += missing(inner.left - outer.left, inner.right - outer.right)
}

/** How far it lies outside, before the beginning or beyond the end. */
function missing(fromBegin: number, fromEnd: number): number {
  if (fromBegin < 0) return fromBegin
  return Math.max(fromEnd, 0)
}
