/** The items as the list answers them, one to a line, in one array. */
import type { Item } from './columns.ts'
import type { Batches, Sheet } from './sheet.ts'

export async function* json(sheet: Sheet, batches: Batches): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  const shown = (item: Item): Item => Object.fromEntries(sheet.columns.map(({ name }) => [name, item[name]]))
  let before = '['
  for await (const items of batches) {
    const lines = items.map((item) => {
      const line = `${before}\n${JSON.stringify(shown(item))}`
      before = ','
      return line
    })
    yield encoder.encode(lines.join(''))
  }
  yield encoder.encode(before === '[' ? '[]\n' : '\n]\n')
}
