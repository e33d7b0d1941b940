/** Sallyport as a process on a data directory that was prepared before. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runtimeFlags } from '../../scripts/runtime.mjs'
import { freePort } from '../free-port.ts'
import { type House, openHouse } from '../house.ts'
import { ServerProcess } from './process.ts'

export interface Prepared {
  readonly directory: string
  readonly port: number
  start(): Promise<ServerProcess>
  remove(): void
}

/** The administrator's. */
export const PASSWORD = 'a password of this benchmark'

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts')

/** `parent` decides the file system: one in memory makes every sync free. */
export async function prepare(fill: (house: House) => Promise<void>, parent = tmpdir()): Promise<Prepared> {
  const directory = mkdtempSync(join(parent, 'sallyport-bench-'))
  const [port, operationsPort] = await Promise.all([freePort(), freePort()])
  const env = {
    SALLYPORT_DATA_DIR: directory,
    SALLYPORT_PORT: String(port),
    SALLYPORT_OPERATIONS_PORT: String(operationsPort),
    SALLYPORT_ADMIN_PASSWORD: PASSWORD,
    SALLYPORT_LOG_LEVEL: 'error',
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
  }
  const house = await openHouse({ env })
  await fill(house)
  await house.close()
  const readyUrl = `http://127.0.0.1:${operationsPort}/health/ready`
  return {
    directory,
    port,
    start: () =>
      ServerProcess.start(MAIN, `http://127.0.0.1:${port}`, {
        argv: ['start'],
        nodeFlags: runtimeFlags,
        env,
        readyUrl,
      }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
