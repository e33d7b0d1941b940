/**
 * Counts that cost an addition on the way and become Prometheus' text only when somebody reads them: the library's own
 * counters hash their labels at every step, which a token answer would pay several times.
 */

/** A label that people can create more of (realms) gets at most this many series; the rest is counted as `other`. */
const MAX_VALUES_PER_LABEL = 1_000

const OTHER = 'other'

interface Cell {
  value: number
}

/** A counter with two labels. */
export class Tally {
  readonly #cells = new Map<string, Map<string, Cell>>()
  readonly #name: string
  readonly #help: string
  readonly #labels: readonly [string, string]
  readonly #known: ReadonlySet<string>

  /** `known` bounds the second label. */
  constructor(name: string, help: string, labels: readonly [string, string], known: ReadonlySet<string>) {
    this.#name = name
    this.#help = help
    this.#labels = labels
    this.#known = known
  }

  add(first: string, second: string): void {
    const cell = this.#cells.get(first)?.get(second) ?? this.#open(first, second)
    cell.value += 1
  }

  #open(first: string, second: string): Cell {
    const row = this.#cells.has(first) || this.#cells.size < MAX_VALUES_PER_LABEL ? first : OTHER
    const column = this.#known.has(second) ? second : OTHER
    const cells = this.#cells.get(row) ?? new Map<string, Cell>()
    this.#cells.set(row, cells)
    const cell = cells.get(column) ?? { value: 0 }
    cells.set(column, cell)
    return cell
  }

  text(): string {
    const lines = heading(this.#name, this.#help, 'counter')
    const [row, column] = this.#labels
    for (const [first, cells] of this.#cells) {
      for (const [second, { value }] of cells) lines.push(line(this.#name, { [row]: first, [column]: second }, value))
    }
    return lines.join('\n')
  }
}

type Labels = Readonly<Record<string, string>>

/** Durations of one combination of labels, in seconds. */
export class Durations {
  readonly labels: Labels
  readonly buckets: Float64Array
  sum = 0
  count = 0

  constructor(labels: Labels, buckets: number) {
    this.labels = labels
    this.buckets = new Float64Array(buckets)
  }
}

/** A histogram of seconds whose series are opened by their owner, once, and fed directly. */
export class Stopwatch {
  readonly #series: Durations[] = []
  readonly #name: string
  readonly #help: string
  readonly #bounds: readonly number[]

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name
    this.#help = help
    this.#bounds = bounds
  }

  open(labels: Labels): Durations {
    const series = new Durations(labels, this.#bounds.length)
    this.#series.push(series)
    return series
  }

  record(series: Durations, seconds: number): void {
    series.sum += seconds
    series.count += 1
    let at = 0
    for (const bound of this.#bounds) {
      if (seconds <= bound) {
        series.buckets[at] = (series.buckets[at] ?? 0) + 1
        return
      }
      at += 1
    }
  }

  text(): string {
    const lines = heading(this.#name, this.#help, 'histogram')
    for (const { labels, buckets, sum, count } of this.#series) {
      let below = 0
      for (const [at, bound] of this.#bounds.entries()) {
        below += buckets[at] ?? 0
        lines.push(line(`${this.#name}_bucket`, { ...labels, le: String(bound) }, below))
      }
      lines.push(line(`${this.#name}_bucket`, { ...labels, le: '+Inf' }, count))
      lines.push(line(`${this.#name}_sum`, labels, sum))
      lines.push(line(`${this.#name}_count`, labels, count))
    }
    return lines.join('\n')
  }
}

function heading(name: string, help: string, type: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

/** Label values need no escape beyond this one: they are names of ours, but a stray quote must not break the page. */
function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text.replace(/["\\\n]/g, '_')}"`)
  return `${name}{${pairs.join(',')}} ${value}`
}

/** A gauge of what somebody has just looked up, with its line end; empty where there is no value. */
export function gaugeText(
  name: string,
  help: string,
  values: readonly { readonly labels: Labels; readonly value: number }[],
): string {
  if (values.length === 0) return ''
  const lines = values.map(({ labels, value }) => line(name, labels, value))
  return `${[...heading(name, help, 'gauge'), ...lines].join('\n')}\n`
}
