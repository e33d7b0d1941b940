/**
 * `export`, `plan` and `apply`: a realm as one YAML file. The server compares and judges; here a file becomes a request,
 * the references in it become values from this machine, and the plan becomes something that people read.
 */
import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { ProblemError } from '#contract/caller.ts'
import {
  applyConfiguration,
  type ConfigurationApplied,
  type ConfigurationPlan,
  exportConfiguration,
  planConfiguration,
} from '#contract/configuration.ts'
import type { Operation } from '#contract/operation.ts'
import { addCallFlags, type CallOptions, callerOf } from './caller.ts'
import { lineOf, referencesIn, valuesOf } from './configuration-file.ts'
import { toldChanges, toldSecrets } from './configuration-plan.ts'
import { readInput } from './credentials.ts'
import { CommandFailed, EXIT } from './exit.ts'
import { json } from './print.ts'
import { startProgress } from './progress.ts'
import type { World } from './world.ts'

interface Options extends CallOptions {
  readonly realm: string
  readonly json?: true
  readonly output?: string
  readonly prune?: true
  readonly exitCode?: true
  readonly yes?: true
  readonly fingerprint?: string
}

export function addConfigurationCommands(program: Command, world: World): void {
  const exported = program
    .command('export')
    .description('write a realm as YAML: its settings and what is registered in it; no secrets and no people')
    .option('--output <file>', 'into this file, instead of standard output')
  finished(exported, () => exportRealm(world, exported.opts()))
  const planned = program
    .command('plan')
    .description('show what applying a YAML file would change; nothing is changed')
    .argument('<file>', '- is standard input')
    .option('--prune', 'delete what the sections of the file do not name')
    .option('--exit-code', `end with ${EXIT.changes} where there is something to change`)
  finished(planned, (file) => planRealm(world, file, planned.opts()))
  const applied = program
    .command('apply')
    .description('make a realm what a YAML file says, all of it or nothing; shows the plan, and does it with --yes')
    .argument('<file>', '- is standard input')
    .option('--prune', 'delete what the sections of the file do not name')
    .option('--yes', 'do it')
    .option('--fingerprint <text>', 'do it, if it is still what that plan said')
  finished(applied, (file) => applyRealm(world, file, applied.opts()))
}

function finished(command: Command, action: (file: string) => Promise<void>): void {
  command.option('--realm <name>', 'the realm', 'default').option('--json', 'print the answer as JSON')
  addCallFlags(command)
  command.action(() => action(String(command.processedArgs[0])))
}

async function exportRealm(world: World, options: Options): Promise<void> {
  const send = await callerOf(world, options)
  const value = await send(exportConfiguration, { params: { realm: options.realm }, query: {}, body: undefined }, {})
  const { yaml } = value as { yaml: string }
  if (options.output === undefined) return world.out(options.json ? json(value) : yaml)
  writeFileSync(options.output, yaml)
  world.out(`${options.output} holds realm ${options.realm}\n`)
}

async function planRealm(world: World, file: string, options: Options): Promise<void> {
  const { plan } = await open(world, file, options)
  const value = await plan()
  world.out(options.json ? json(value) : told(value))
  if (options.exitCode && value.changes.length > 0)
    throw new CommandFailed(EXIT.changes, 'there is something to change')
}

async function applyRealm(world: World, file: string, options: Options): Promise<void> {
  const { plan, apply } = await open(world, file, options)
  const planned = options.fingerprint === undefined ? await plan() : undefined
  if (planned && !options.json) world.out(told(planned))
  if (planned && planned.changes.length > 0 && !options.yes) {
    throw new CommandFailed(EXIT.usage, 'nothing was changed: say --yes, or --fingerprint with what the plan told')
  }
  const applied = await apply(options.fingerprint ?? planned?.fingerprint ?? '')
  if (options.json) return world.out(json(applied))
  if (!planned) world.out(toldChanges(applied))
  world.out(`${applied.changes.length === 0 ? 'Nothing to do.' : 'Done.'}\n${toldSecrets(applied)}`)
}

function told(plan: ConfigurationPlan): string {
  return `${toldChanges(plan)}Fingerprint: ${plan.fingerprint}\n`
}

interface Opened {
  readonly plan: () => Promise<ConfigurationPlan>
  readonly apply: (fingerprint: string) => Promise<ConfigurationApplied>
}

async function open(world: World, file: string, options: Options): Promise<Opened> {
  const yaml = file === '-' ? await world.input() : readInput(file)
  const { secrets, missing } = await valuesOf(world, referencesIn(yaml), file)
  const send = await callerOf(world, options)
  const body = { yaml, secrets, ...(options.prune ? { prune: true } : {}) }
  const call = async (operation: Operation, more: object): Promise<unknown> => {
    const progress = startProgress(world)
    const timer = setInterval(() => progress.show('the server compares …'), 1000)
    try {
      return await send(operation, { params: { realm: options.realm }, query: {}, body: { ...body, ...more } }, {})
    } catch (error) {
      throw located(error, yaml, file)
    } finally {
      clearInterval(timer)
      progress.end()
    }
  }
  return {
    plan: async () => {
      if (missing.length > 0) world.err(`not known here, and not compared: ${missing.join(', ')}\n`)
      return (await call(planConfiguration, {})) as ConfigurationPlan
    },
    apply: async (fingerprint) => {
      if (missing.length > 0) throw new CommandFailed(EXIT.usage, `there is no value for ${missing.join(', ')}`)
      return (await call(applyConfiguration, { fingerprint })) as ConfigurationApplied
    },
  }
}

/** A refusal of the server that names a place in the file, with the line. */
function located(error: unknown, yaml: string, file: string): unknown {
  if (!(error instanceof CommandFailed) || !(error.cause instanceof ProblemError)) return error
  const line = lineOf(yaml, error.cause.problem.field ?? '')
  if (line === undefined) return error
  return new CommandFailed(error.exitCode, `${file === '-' ? 'line ' : `${file}:`}${line}: ${error.message}`)
}
