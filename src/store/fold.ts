/** The form in which names are compared and searched: one spelling per name, whatever its case or Unicode form. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
