/** What a field has to know of the form around it. */
import { createContext, type ReactNode, use, useMemo } from 'react'
import type { z } from 'zod'

interface Place {
  /** Of the operation's body: each field finds its own schema there. */
  readonly schema: z.ZodObject
  readonly isReadOnly: boolean
}

const Context = createContext<Place | undefined>(undefined)

export function useFormPlace(): Place {
  const place = use(Context)
  if (place === undefined) throw new Error('a field stands outside a form')
  return place
}

export function FormPlace({ schema, isReadOnly, children }: Place & { children: ReactNode }): ReactNode {
  const place = useMemo(() => ({ schema, isReadOnly }), [schema, isReadOnly])
  return <Context value={place}>{children}</Context>
}
