import type { OutboundContext } from '#outbound/context.ts'

/** What the office needs to work: what the door out needs, which is the most. */
export type AdminContext = OutboundContext
