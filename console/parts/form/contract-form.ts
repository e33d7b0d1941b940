/**
 * Forms over operations of the contract: the body's own schema judges what was typed, before it is sent; what the
 * server still refuses comes back to its field. An edit sends only what was changed, with the ETag of what it was
 * changed from, so that two administrators never overwrite each other unseen.
 */
import { useEffect, useEffectEvent, useState } from 'react'
import { type FieldErrors, type FieldValues, type UseFormReturn, useForm } from 'react-hook-form'
import { z } from 'zod'
import { type Answer, ProblemError } from '#contract/caller.ts'
import { complaint } from '#contract/complaint.ts'
import type { Input, Operation } from '#contract/operation.ts'
import { call, useWrite } from '../api/call.ts'
import { capital, sentence } from '../show/text.ts'

z.config({ customError: complaint })

export type Values = Readonly<Record<string, unknown>>

export interface ContractForm {
  readonly form: UseFormReturn
  readonly schema: z.ZodObject
  /** Validates, sends, and tells what was refused. */
  readonly submit: () => Promise<void>
  readonly isSaving: boolean
  /** What belongs to no field of the form. */
  readonly problem: unknown
  readonly conflict: Conflict | undefined
}

/** Somebody else has changed the object since it was read. */
export interface Conflict {
  /** Fields that both have changed come first. */
  readonly fields: readonly {
    readonly name: string
    readonly mine: unknown
    readonly theirs: unknown
    readonly isMine: boolean
  }[]
  /** Their values, and mine where only I have changed something; nothing is sent. */
  readonly takeTheirs: () => void
  /** Back to the form as it is: the next Submit asks again. */
  readonly decideLater: () => void
  /** Sends my changes over theirs. */
  readonly keepMine: () => Promise<void>
}

type Value<O extends Operation> = z.output<O['answer']>

interface CreateOptions<O extends Operation> {
  readonly operation: O
  readonly params: Input<O>['params']
  /** What the form begins with; every field of it, `''` and `null` where there is nothing. */
  readonly values: Values
  /** Fields that a person has to fill, though the contract has a default for them. */
  readonly required?: readonly string[]
  readonly onDone: (created: Value<O>) => void
}

/** A form that makes something. Fields that are left empty and may be absent are not sent. */
export function useCreateForm<O extends Operation>({
  operation,
  params,
  values,
  required = [],
  onDone,
}: CreateOptions<O>): ContractForm {
  const schema = objectOf(operation)
  const form = useForm({
    defaultValues: values,
    resolver: judge(schema, (typed) => withoutNothing(schema, typed, required)),
  })
  const { mutateAsync, isPending } = useWrite(operation)
  const [problem, setProblem] = useState<unknown>()
  const finish = useFinish(onDone)
  const submit = submitting(form, async (typed) => {
    setProblem(undefined)
    try {
      const { value } = await mutateAsync({ params, body: withoutNothing(schema, typed, required) } as never)
      form.reset(typed)
      finish(value)
    } catch (error) {
      if (!tellField(form, error)) setProblem(error)
    }
  })
  return { form, schema, submit, isSaving: isPending, problem, conflict: undefined }
}

interface EditOptions<R extends Operation, W extends Operation> {
  readonly read: R
  readonly write: W
  /** Both operations take the same. */
  readonly params: Input<R>['params'] & Input<W>['params']
  /** What was read, as `useRead` gives it. */
  readonly stored: Answer<Value<R>>
  /** The fields of the form, from what is stored. */
  readonly valuesOf: (stored: Value<R>) => Values
  /** Of a form over a part of the object alone. */
  readonly part?: Part<Value<R>>
  readonly onDone: (saved: Value<W>) => void
}

interface Part<V> {
  /** Judges what was changed in the form. */
  readonly schema: z.ZodObject
  /** The merge patch of the object, from all that stands in the form and what was stored before. */
  readonly patchOf: (typed: Values, stored: V) => Values
  /** What the form calls a field that the server refuses. */
  readonly fieldOf: (field: string) => string
}

/** A form that changes what is there by a merge patch. */
export function useEditForm<R extends Operation, W extends Operation>(options: EditOptions<R, W>): ContractForm {
  const { read, write, params, stored, valuesOf, part, onDone } = options
  const schema = part?.schema ?? objectOf(write)
  const [base, setBase] = useState({ values: valuesOf(stored.value), etag: stored.etag, stored: stored.value })
  const form = useForm({
    defaultValues: base.values,
    resolver: judge(schema, (typed) => changed(base.values, typed)),
  })
  useFollow(stored.etag, base.etag, form, () => {
    const values = valuesOf(stored.value)
    setBase({ values, etag: stored.etag, stored: stored.value })
    form.reset(values)
  })
  const { mutateAsync, isPending } = useWrite(write)
  const [problem, setProblem] = useState<unknown>()
  const [conflict, setConflict] = useState<Conflict>()
  const finish = useFinish(onDone)
  const send = async (typed: Values, from: typeof base): Promise<void> => {
    setProblem(undefined)
    setConflict(undefined)
    try {
      const { value, etag } = await mutateAsync({
        params,
        body: part ? part.patchOf(typed, from.stored) : changed(from.values, typed),
        ...(from.etag === undefined ? {} : { ifMatch: from.etag }),
      } as never)
      const next = { values: valuesOf(value), etag, stored: value }
      setBase(next)
      form.reset(next.values)
      finish(value)
    } catch (error) {
      if (isStale(error)) await meet(typed).catch(setProblem)
      else if (!tellField(form, error, part?.fieldOf)) setProblem(error)
    }
  }
  const meet = async (mine: Values): Promise<void> => {
    const { value, etag } = await call(read, { params, query: {}, body: undefined } as Input<R>)
    const theirs = { values: valuesOf(value), etag, stored: value }
    const myChanges = changed(base.values, mine)
    const merged = { ...theirs.values, ...without(myChanges, changed(base.values, theirs.values)) }
    setConflict({
      fields: conflicting(base.values, mine, theirs.values),
      takeTheirs: () => {
        setBase(theirs)
        form.reset(theirs.values)
        for (const [name, field] of Object.entries(merged)) form.setValue(name, field, { shouldDirty: true })
        setConflict(undefined)
      },
      decideLater: () => setConflict(undefined),
      keepMine: () => {
        setBase(theirs)
        return send({ ...theirs.values, ...myChanges }, theirs)
      },
    })
  }
  return {
    form,
    schema,
    submit: submitting(form, (typed) => send(typed, base)),
    isSaving: isPending,
    problem,
    conflict,
  }
}

/** Where nothing was typed the form shows what was read last: by another button of the page, or by somebody else. */
function useFollow(read: string | undefined, shown: string | undefined, form: UseFormReturn, take: () => void): void {
  const { isDirty } = form.formState
  const follow = useEffectEvent(() => {
    if (read !== shown && !isDirty) take()
  })
  // Only when something was read: after a save what is shown is newer for a moment.
  useEffect(() => {
    if (read !== undefined) follow()
  }, [read])
}

/** `onDone` is called when the form knows that it is saved: else its own guard would stand in the way. */
function useFinish<T>(onDone: (value: T) => void): (value: T) => void {
  const [saved, setSaved] = useState<{ readonly value: T }>()
  const done = useEffectEvent(onDone)
  useEffect(() => {
    if (saved !== undefined) done(saved.value)
  }, [saved])
  return (value) => setSaved({ value })
}

/** Rows of lists that were left empty are let go of before anything is judged. */
function submitting(form: UseFormReturn, send: (typed: Values) => Promise<void>): () => Promise<void> {
  return () => {
    for (const [name, value] of Object.entries(form.getValues())) {
      if (Array.isArray(value) && value.some(isEmptyRow)) {
        form.setValue(
          name,
          value.filter((row) => !isEmptyRow(row)),
          { shouldDirty: true },
        )
      }
    }
    return form.handleSubmit(send)()
  }
}

function isEmptyRow(row: unknown): boolean {
  if (typeof row !== 'object' || row === null || !('name' in row)) return row === ''
  return row.name === '' && (!('value' in row) || row.value === '' || row.value === null)
}

function objectOf({ id, body }: Operation): z.ZodObject {
  if (!(body instanceof z.ZodObject)) throw new TypeError(`${id} takes no fields`)
  return body
}

/** What react-hook-form asks: the contract's schema over what would be sent. */
function judge(schema: z.ZodObject, sent: (typed: Values) => Values) {
  return (typed: FieldValues) => {
    const result = schema.safeParse(sent(typed))
    if (result.success) return { values: typed, errors: {} }
    const errors: Record<string, unknown> = {}
    for (const { path, message } of result.error.issues) place(errors, path.map(String), sentence(message))
    return { values: {}, errors: errors as FieldErrors }
  }
}

/** A complaint stands at its field, that of a row in its row, with the member that it is about. */
function place(errors: Record<string, unknown>, [name = 'root', ...below]: readonly string[], message: string): void {
  const [row, ...within] = below
  if (row === undefined || !/^\d+$/.test(row)) {
    errors[name] ??= { type: 'contract', message: about(below, message) }
    return
  }
  const rows = (errors[name] ??= []) as unknown[]
  rows[Number(row)] ??= { type: 'contract', message: about(within, message) }
}

function about(within: readonly string[], message: string): string {
  const member = within.join('.').replaceAll('_', ' ')
  return member === '' ? message : `${capital(member)}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`
}

/** True when the refusal names a field of this form, and stands there now. */
function tellField(form: UseFormReturn, error: unknown, fieldOf = (field: string) => field): boolean {
  if (!(error instanceof ProblemError) || error.problem.field === undefined) return false
  const { detail } = error.problem
  const [name = '', ...below] = fieldOf(error.problem.field).split('.')
  if (!(name in form.getValues())) return false
  const [row = '', ...within] = below
  const isRow = /^\d+$/.test(row)
  const message = about(isRow ? within : below, sentence(detail))
  form.setError(isRow ? `${name}.${row}` : name, { type: 'server', message }, { shouldFocus: true })
  return true
}

function isStale(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.status === 412
}

/** What differs, field by field: the merge patch. */
export function changed(before: Values, after: Values): Values {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => !isSame(before[name], value)))
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null)
}

/** An empty text is no value where the contract would refuse it; what may be absent is absent then. */
function withoutNothing(schema: z.ZodObject, typed: Values, required: readonly string[]): Values {
  const kept = Object.entries(typed).filter(([name, value]) => {
    if (required.includes(name)) return true
    if (value === undefined) return false
    const field = schema.shape[name] as z.ZodType | undefined
    const isNothing = value === null || value === ''
    return !(isNothing && field?.safeParse(undefined).success && !field.safeParse(value).success)
  })
  return Object.fromEntries(kept)
}

function without(values: Values, names: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !(name in names)))
}

function conflicting(base: Values, mine: Values, theirs: Values): Conflict['fields'] {
  const myChanges = changed(base, mine)
  return Object.keys(changed(base, theirs))
    .map((name) => ({ name, mine: mine[name], theirs: theirs[name], isMine: name in myChanges }))
    .toSorted((a, b) => Number(b.isMine) - Number(a.isMine))
}
