/** HTML that cannot be forgotten to be escaped: only what this tag made counts as HTML, everything else is text. */

const made = Symbol('html')

export interface Html {
  readonly [made]: true
  readonly text: string
}

export type HtmlPart = Html | readonly Html[] | string | number | false | undefined

/** Escapes every value that is not HTML itself; false and undefined leave nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let text = strings[0] ?? ''
  parts.forEach((part, at) => {
    text += printed(part) + (strings[at + 1] ?? '')
  })
  return { [made]: true, text }
}

function printed(part: HtmlPart): string {
  if (part === undefined || part === false) return ''
  if (typeof part === 'string') return escapeHtml(part)
  if (typeof part === 'number') return String(part)
  if (Array.isArray(part)) return part.map(({ text }: Html) => text).join('')
  return (part as Html).text
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
