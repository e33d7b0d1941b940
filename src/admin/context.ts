import type { IssuerContext } from '#issuer/context.ts'

/** What the office needs to work: what the issuer needs, no more. */
export type AdminContext = IssuerContext
