/** One node: the server as operators run it, a process that can be killed at any moment and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import type { Place } from './place.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts')
const KEPT_LINES = 50

export class NodeProcess {
  readonly #place: Place
  readonly #env: Readonly<Record<string, string>>
  readonly url: string
  readonly operationsUrl: string
  #child: ChildProcess | undefined
  #ended: Promise<unknown> | undefined
  /** The last lines that it wrote, for whoever asks why it does not run. */
  readonly #lines: string[] = []

  private constructor(place: Place, ports: readonly [number, number]) {
    this.#place = place
    this.#env = { SALLYPORT_PORT: String(ports[0]), SALLYPORT_OPERATIONS_PORT: String(ports[1]) }
    this.url = `http://127.0.0.1:${ports[0]}`
    this.operationsUrl = `http://127.0.0.1:${ports[1]}`
  }

  /** A node that was not started yet; its ports stay the same over all its starts. */
  static async at(place: Place): Promise<NodeProcess> {
    const node = new NodeProcess(place, [await freePort(), await freePort()])
    place.onRemove(() => node.kill())
    return node
  }

  static async start(place: Place): Promise<NodeProcess> {
    const node = await NodeProcess.at(place)
    await node.start()
    return node
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when it serves. */
  async start(): Promise<void> {
    const ready = this.begin()
    if (!(await ready)) throw new Error(`the node ended before it was ready:\n${this.#lines.join('\n')}`)
  }

  /** Resolves when it serves (true) or has ended before (false). */
  begin(): Promise<boolean> {
    const env = { PATH: process.env['PATH'] ?? '', ...this.#place.env, ...this.#env }
    const child = spawn(process.execPath, [MAIN, 'start'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    const release = guard(child)
    this.#ended = once(child, 'exit').finally(release)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const read = (text: string): void => {
      this.#lines.push(...text.split('\n').filter((line) => line !== ''))
      if (this.#lines.length > KEPT_LINES) this.#lines.splice(0, this.#lines.length - KEPT_LINES)
      if (text.includes('"message":"ready"')) resolve(true)
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.once('exit', () => resolve(false))
    return promise
  }

  /** SIGKILL: it has no chance to say or do anything. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#ended
  }

  /** SIGTERM, and it has to end well. */
  async end(): Promise<void> {
    const how = await this.stop()
    if (how !== 0) throw new Error(`the node ended with ${how}:\n${this.#lines.join('\n')}`)
  }

  /** SIGTERM; answers the exit code, or the signal that ended it. */
  async stop(): Promise<number | string | null> {
    if (this.isRunning) this.#child?.kill('SIGTERM')
    await this.#ended
    return this.#child?.exitCode ?? this.#child?.signalCode ?? null
  }
}

/** A small shell ends the node when this process does, however that happens: it holds the other end of a pipe. */
function guard(child: ChildProcess): () => void {
  const script = 'read -r done || kill -KILL "$1"'
  const shell = spawn('/bin/sh', ['-c', script, 'guard', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  return () => shell.stdin.end('done\n')
}
