/** A list as a file: the server makes it, whole and filtered as the command says, and here it is written down. */
import { writeFileSync } from 'node:fs'
import { extname } from 'node:path'
import type { Operation } from '#contract/operation.ts'
import { exportFormats } from '#contract/page.ts'
import { type CallOptions, callerOver, type Sent } from './caller.ts'
import { CommandFailed, EXIT } from './exit.ts'
import type { World } from './world.ts'

export const ENDINGS: readonly string[] = exportFormats.map((format) => `.${format}`)

export interface FileOptions extends CallOptions {
  readonly columns?: string
}

export async function writeList(
  world: World,
  operation: Operation,
  input: Sent,
  file: string,
  options: FileOptions,
): Promise<void> {
  const format = exportFormats.find((each) => extname(file) === `.${each}`)
  if (format === undefined) {
    throw new CommandFailed(EXIT.usage, `the file's name says what it will be: it ends with ${ENDINGS.join(', ')}`)
  }
  let bytes: Uint8Array = new Uint8Array()
  // What the caller of the contract parses is a page; the file goes past it, and refusals are the caller's as ever.
  const noPage = JSON.stringify({ items: [], total: 0, page: 1, page_size: 1 })
  const send = await callerOver(world, options, (body) => {
    bytes = body
    return noPage
  })
  const query = { ...(input.query as object), format, columns: options.columns, page: undefined, page_size: undefined }
  await send(operation, { ...input, query }, {})
  writeFileSync(file, bytes)
  world.out(`${file} holds the list (${bytes.length} bytes)\n`)
}
