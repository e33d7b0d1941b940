/** The command line in this process: the commands themselves, with streams that a test can read. */
import { runCommand } from '#cli/program.ts'
import { readConfig } from '../src/config.ts'

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

export type Run = (args: readonly string[], more?: { input?: string; env?: Record<string, string> }) => Promise<Ended>

/** Commands that see these variables and no others. */
export function commandLine(env: Readonly<Record<string, string>>): Run {
  return async (args, more = {}) => {
    let out = ''
    let err = ''
    const variables: Readonly<Record<string, string>> = { ...env, ...more.env }
    const code = await runCommand(args, {
      settings: () => readConfig(variables),
      environment: (name) => variables[name],
      start: () => Promise.reject(new Error('a test starts no server this way')),
      out: (text) => {
        out += text
      },
      err: (text) => {
        err += text
      },
      input: () => Promise.resolve(more.input ?? ''),
    })
    return { code, out, err }
  }
}
