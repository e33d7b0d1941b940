/**
 * The way to the server: operations of the contract, called by name. `useRead` holds what was read and reads it again;
 * `useWrite` changes something, and whatever is on the screen is read again after it.
 */
import { keepPreviousData, QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import { type Answer, type CallOptions, ProblemError } from '#contract/caller.ts'
import type { Input, Operation } from '#contract/operation.ts'
import { isSignedOut, plainCaller, sessionAgain } from './session.ts'

type Value<O extends Operation> = z.output<O['answer']>

/** Calls; a session that ended meanwhile is waited for, so that nothing typed is lost. */
export async function call<O extends Operation>(
  operation: O,
  input: Input<O>,
  options?: CallOptions,
): Promise<Answer<Value<O>>> {
  try {
    return await plainCaller.call(operation, input, options)
  } catch (error) {
    if (!isSignedOut(error)) throw error
    await sessionAgain()
    return call(operation, input, options)
  }
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal is an answer; only what never arrived is asked again.
      retry: (failures, error) => failures < 2 && !(error instanceof ProblemError),
      staleTime: 5_000,
      refetchOnWindowFocus: true,
    },
  },
})

/** What `useRead` holds the answer under. */
export function readKey(operation: Operation, input: { params: unknown; query?: unknown }): readonly unknown[] {
  return [operation.id, input.params, input.query ?? {}]
}

interface ReadOptions {
  readonly isEnabled?: boolean
  /** Milliseconds between two readings; absent: only when something happened. */
  readonly everyMilliseconds?: number
  /** While the next answer is on its way the one before stays: for the pages of a list, never for another object. */
  readonly keepsBefore?: boolean
}

/** The answer with its ETag. `input.query` may be left out where there is none. */
export function useRead<O extends Operation>(
  operation: O,
  input: { params: Input<O>['params']; query?: Input<O>['query'] },
  { isEnabled = true, everyMilliseconds, keepsBefore = false }: ReadOptions = {},
) {
  return useQuery({
    queryKey: readKey(operation, input),
    queryFn: ({ signal }) =>
      call(operation, { params: input.params, query: input.query ?? {}, body: undefined } as Input<O>, { signal }),
    enabled: isEnabled,
    ...(keepsBefore ? { placeholderData: keepPreviousData } : {}),
    ...(everyMilliseconds === undefined ? {} : { refetchInterval: everyMilliseconds }),
  })
}

type Written<O extends Operation> = Omit<Input<O>, 'query'> & CallOptions

/** `await write.mutateAsync({ params, body })`; a refusal is thrown as `ProblemError`. */
export function useWrite<O extends Operation>(operation: O) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ params, body, ...options }: Written<O>) =>
      call(operation, { params, body, query: {} } as Input<O>, options),
    onSuccess: () => {
      // What is not on the screen is forgotten: a form must not begin with what was before.
      queries.removeQueries({ type: 'inactive' })
      void queries.invalidateQueries()
    },
  })
}
