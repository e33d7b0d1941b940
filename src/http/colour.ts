/** A realm's colour on a page, with a text colour that can be read on it (WCAG 2.2 §1.4.3). */

const COLOUR = /^#[0-9a-f]{6}$/i
const DARK_TEXT = '#14181d'
const LIGHT_TEXT = '#ffffff'

/** Custom properties for the stylesheet; undefined when there is no colour, or something that is none. */
export function brandStyle(colour: string | null | undefined): string | undefined {
  if (colour === null || colour === undefined || !COLOUR.test(colour)) return undefined
  return `:root{--brand:${colour.toLowerCase()};--on-brand:${textOn(colour)}}`
}

/** The one of our two text colours that contrasts more; at worst 4.5:1. */
export function textOn(colour: string): string {
  return contrast(colour, LIGHT_TEXT) >= contrast(colour, DARK_TEXT) ? LIGHT_TEXT : DARK_TEXT
}

/** WCAG's contrast ratio of two `#rrggbb`, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(colour.slice(at, at + 2), 16) / 255),
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
}
