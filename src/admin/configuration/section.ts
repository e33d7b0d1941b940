/**
 * What one kind of thing is to a configuration: one file per noun beside this one, all of them in `sections.ts`. A
 * section says how its entries are read and what is theirs by default; what may be done to them is the noun's own
 * handlers' to say, and they are what is run.
 */
import type { z } from 'zod'
import type { Input, Operation } from '#contract/operation.ts'
import type { Request } from '#http/message.ts'
import type { Actor } from '#store/audit.ts'
import type { Realm } from '#store/realms.ts'
import type { Handled } from '../call.ts'
import type { AdminContext } from '../context.ts'
import type { Administrator } from '../gate.ts'
import { translated } from '../store-refusals.ts'

/** A thing with every field of it that is configuration, in the order in which they are written. */
export type Entry = Readonly<Record<string, unknown>>

/** Where the work is done: a call whose database is one transaction. */
export interface Scene {
  readonly context: AdminContext
  readonly administrator: Administrator
  readonly actor: Actor
  readonly request: Request
  readonly realm: Realm
}

/** Secrets by field. */
export type Values = Readonly<Record<string, string>>

export interface SecretValues {
  /** All whose values were sent. */
  readonly known: Values
  /** Those that are not what is there. */
  readonly changed: Values
}

export interface Opened {
  /** By key; what is built in is not configuration. */
  readonly entries: ReadonlyMap<string, Entry>
  readonly builtIn: ReadonlySet<string>
  /** What the document says of one thing, with all that it leaves out at its default. */
  complete(given: Entry): Entry
}

/** A secret of an entry: what it is called, where it stands, what is there, what its value must be. */
export interface Placed {
  readonly field: string
  readonly path: string
  readonly value: unknown
  readonly schema: z.ZodType
}

export interface Section {
  /** In the document. */
  readonly name: string
  /** In a plan. */
  readonly kind: string
  /** The field that names an entry and never changes; undefined: the section is one thing, the realm itself. */
  readonly key: string | undefined
  /** One entry as the document may say it. */
  readonly schema: z.ZodType<Entry>
  /** Fields that an entry has whatever else is left out. */
  readonly required?: readonly string[]
  /** The write-only fields, which stand in a document as references; each with what a value must be. */
  readonly secrets: readonly { readonly field: string; readonly schema: z.ZodType }[]
  /** The same of what stands deeper in an entry. */
  readonly deeper?: {
    slots(entry: Entry): readonly Placed[]
    /** The entry without its references. */
    without(entry: Entry): Entry
  }
  /** Fields that name APIs, whose addresses follow the installation. */
  readonly references: readonly string[]
  open(scene: Scene): Promise<Opened>
  /** Whether that is the secret already. Outside the transaction: it may take its time. */
  holds?(scene: Scene, key: string, field: string, value: string): Promise<'absent' | 'same' | 'other'>
  /** Answers a secret that was generated. */
  create(scene: Scene, entry: Entry, secrets: Values): Promise<string | undefined>
  /** `patch`: the fields that differ. */
  update(scene: Scene, key: string, patch: Entry, secrets: SecretValues): Promise<string | undefined>
  /** What is done with what was created or changed, once it is there for good. Outside the transaction. */
  afterwards?(scene: Scene, key: string): Promise<void>
  /** undefined: such things are never deleted. */
  readonly delete?: (scene: Scene, key: string) => Promise<void>
}

/** Runs the operation as a call of its own would: with its rules, its audit entry, and its refusals. */
export async function perform<O extends Operation>(
  scene: Scene,
  handlers: readonly Handled[],
  operation: O,
  input: Input<O>,
): Promise<z.input<O['answer']>> {
  const handled = handlers.find((each) => each.operation.id === operation.id)
  if (!handled) throw new Error(`${operation.id} has no handler`)
  const { params, body } = input as { params: object; body: unknown }
  const call = { ...scene, params: { ...params, realm: scene.realm.name }, query: {}, body }
  return (await translated(() => handled.run(call))).value as z.input<O['answer']>
}
