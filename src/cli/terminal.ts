/** The terminal that somebody sits at: what is typed without being shown, and a line that is written over. */
import type { ReadStream, WriteStream } from 'node:tty'
import { CommandFailed, EXIT } from './exit.ts'
import type { Terminal } from './world.ts'

const ENTER = /[\r\n]/
const INTERRUPT = '\u0003'
const END_OF_INPUT = '\u0004'
const ERASE = new Set(['\u007f', '\b'])
const ERASE_LINE = '\u0015'

/** undefined: `err` is no terminal, nobody reads there. */
export function terminalOf(input: NodeJS.ReadStream, err: NodeJS.WriteStream): Terminal | undefined {
  if (!err.isTTY) return undefined
  return {
    ...(input.isTTY ? { hidden: (prompt: string) => readHidden(input, err, prompt) } : {}),
    line: (text) => err.write(`\r\u001b[K${text}`),
  }
}

/** Raw mode, before anything is asked: the terminal echoes nothing, and so line editing is ours. */
async function readHidden(input: ReadStream, err: WriteStream, prompt: string): Promise<string> {
  input.setRawMode(true)
  err.write(prompt)
  input.setEncoding('utf8')
  try {
    return await typedLine(input)
  } finally {
    input.setRawMode(false)
    input.pause()
    err.write('\n')
  }
}

function typedLine(input: ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed: string[] = []
    const settle = (end: () => void) => {
      input.off('data', take)
      end()
    }
    const take = (text: string) => {
      for (const character of text) {
        if (ENTER.test(character) || character === END_OF_INPUT) return settle(() => resolve(typed.join('')))
        if (character === INTERRUPT) return settle(() => reject(new CommandFailed(EXIT.interrupted, 'interrupted')))
        if (ERASE.has(character)) typed.pop()
        else if (character === ERASE_LINE) typed = []
        else typed.push(character)
      }
    }
    input.on('data', take)
  })
}
