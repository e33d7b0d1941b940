/** Text that may stand in a page. Everything that is put into a template is escaped, unless a template made it. */

/** Only `html` makes one: a value that came as JSON or from a form is never an instance. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

export type HtmlValue = string | number | Html | undefined | readonly HtmlValue[]

/** A template: values are escaped for text and for attributes in double quotes; an absent one leaves nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = parts[0] as string
  for (const [at, value] of values.entries()) text += printed(value) + (parts[at + 1] as string)
  return new Html(text)
}

function printed(value: HtmlValue): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  return value.map(printed).join('')
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] as string)
}
