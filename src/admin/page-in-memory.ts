/** Lists whose rows are not all in the database: filtered, sorted and cut as the store does it with rows. */
import type { ListQuery, Page } from '#store/listing.ts'

type Row = Readonly<Record<string, unknown>>

/** Without a sort in the order that is given. `searched`: the fields that `search` looks into. */
export function pageInMemory<R extends object>(
  rows: readonly R[],
  { filters, search = '', sort, page, page_size }: ListQuery,
  searched: readonly (keyof R & string)[],
): Omit<Page<R>, 'items'> & { readonly items: R[] } {
  const found = rows.filter((each) => {
    const row = each as Row
    const isWanted = Object.entries(filters).every(([name, value]) => matches(row[name], value))
    return isWanted && (search === '' || searched.some((name) => matches(row[name], search)))
  })
  const ordered = sort === undefined ? found : found.toSorted((a, b) => compared(a as Row, b as Row, sort))
  return { items: ordered.slice((page - 1) * page_size, page * page_size), total: found.length }
}

/** The contract has judged the condition. */
function matches(value: unknown, condition: string): boolean {
  if (typeof value === 'boolean') return String(value) === condition
  if (typeof value === 'string') return folded(value).includes(folded(condition))
  return typeof value === 'number' && isWithin(value, condition)
}

function isWithin(value: number, condition: string): boolean {
  const [from = '', to] = condition.split('..')
  if (to !== undefined) return (from === '' || value >= Number(from)) && (to === '' || value <= Number(to))
  const { sign = '', number = '' } = /^(?<sign>[<>]?=?)(?<number>\d+)$/.exec(condition)?.groups ?? {}
  const against = Number(number)
  if (sign.startsWith('>')) return value > against || (sign === '>=' && value === against)
  if (sign.startsWith('<')) return value < against || (sign === '<=' && value === against)
  return value === against
}

/** What has no value comes last, either way. */
function compared(a: Row, b: Row, sort: string): number {
  const isDescending = sort.startsWith('-')
  const name = isDescending ? sort.slice(1) : sort
  const [one, other] = [a[name] ?? null, b[name] ?? null]
  if (one === null || other === null) return Number(one === null) - Number(other === null)
  const order = typeof one === 'number' && typeof other === 'number' ? one - other : inWords(one, other)
  return isDescending ? -order : order
}

function inWords(one: unknown, other: unknown): number {
  const [a, b] = [one, other].map((value) => (typeof value === 'string' ? folded(value) : ''))
  return a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
