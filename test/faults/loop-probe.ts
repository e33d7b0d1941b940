/**
 * Preloaded into a node that is looked at: each second one line with what its memory and its event loop did. The delay is
 * how much later than asked a timer came.
 */
import { appendFileSync } from 'node:fs'
import { createHistogram } from 'node:perf_hooks'
import { memoryUsage } from 'node:process'

export interface Looked {
  readonly residentMegabytes: number
  readonly heapMegabytes: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly most: number
}

const EVERY_MS = 5
const MEGABYTE = 1024 * 1024
const file = process.env['LOOP_PROBE_FILE']

if (file !== undefined) {
  const delays = createHistogram()
  let last = performance.now()
  setInterval(() => {
    const now = performance.now()
    delays.record(Math.max(1, Math.round((now - last - EVERY_MS) * 1000)))
    last = now
  }, EVERY_MS).unref()
  setInterval(() => {
    const { rss, heapUsed } = memoryUsage()
    const looked: Looked = {
      residentMegabytes: rss / MEGABYTE,
      heapMegabytes: heapUsed / MEGABYTE,
      p50: delays.percentile(50) / 1000,
      p99: delays.percentile(99) / 1000,
      most: delays.max / 1000,
    }
    delays.reset()
    appendFileSync(file, `${JSON.stringify(looked)}\n`)
  }, 1000).unref()
}
