/** When a key is typed text or belongs to something that is open, it is no command. */

const fields = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable="true"]'

export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true
  const isInField = event.target instanceof Element && event.target.closest(fields) !== null
  return isInField || isSomethingOpen()
}

export function isSomethingOpen(): boolean {
  return document.querySelector('[role="dialog"], [role="menu"]') !== null
}
