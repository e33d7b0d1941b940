/** A server in a process of its own, and what the kernel says it used. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** Linux counts CPU time in hundredths of a second. */
const TICKS_PER_SECOND = 100

export class ServerProcess {
  readonly #child: ChildProcess
  readonly origin: string
  /** Seconds from spawning to the first good answer of the health door or the ready line. */
  readonly readySeconds: number

  constructor(child: ChildProcess, origin: string, readySeconds: number) {
    this.#child = child
    this.origin = origin
    this.readySeconds = readySeconds
  }

  /** Starts `file`, and waits until `readyUrl` answers 200 or the process printed `ready`. */
  static async start(
    file: string,
    origin: string,
    options: {
      readonly argv?: readonly string[]
      readonly nodeFlags?: readonly string[]
      readonly env?: Readonly<Record<string, string>>
      readonly readyUrl?: string
    } = {},
  ): Promise<ServerProcess> {
    const began = performance.now()
    const child = spawn(process.execPath, [...(options.nodeFlags ?? []), file, ...(options.argv ?? [])], {
      env: { PATH: process.env['PATH'] ?? '', ...options.env },
      stdio: ['ignore', options.readyUrl === undefined ? 'pipe' : 'ignore', 'inherit'],
    })
    if (options.readyUrl === undefined && child.stdout) await once(child.stdout, 'data')
    else await answers(options.readyUrl ?? origin, child)
    return new ServerProcess(child, origin, (performance.now() - began) / 1000)
  }

  get cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  }

  get residentMegabytes(): number {
    const line = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'))
    return Number(line?.[1]) / 1024
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    this.#child.kill('SIGTERM')
    await once(this.#child, 'exit')
  }
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    try {
      if ((await fetch(url)).status === 200) return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  throw new Error(`the server ended before it was ready (${child.exitCode})`)
}
