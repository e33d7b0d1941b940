/** The secrets at rest: under which data key they are sealed, and a new one for all of them. */
import { z } from 'zod'
import { noQuery, nothing, operation } from './operation.ts'

export const sealState = z
  .object({
    state: z
      .enum(['idle', 'announced', 'sealing', 'rewritten'])
      .describe('idle; or how far a rotation is: the new key is known, it seals, everything is sealed under it'),
    key: z.string().describe('the data key that seals, or will'),
    since_ms: z.int().min(0).describe('when that began; 0: no data key was ever rotated'),
    left: z.int().min(0).describe('secrets that are still sealed under an older data key'),
  })
  .meta({ id: 'SealState' })
export type SealState = z.infer<typeof sealState>

const noun = {
  noun: 'seal',
  reach: 'platform',
  params: noQuery,
  query: noQuery,
  body: nothing,
  answer: sealState,
  status: 200,
} as const

export const readSeal = operation({
  ...noun,
  id: 'seal.read',
  method: 'GET',
  path: '/seal',
  summary: 'How the secrets at rest are sealed, and how far a rotation is',
  right: 'read',
  refusals: [400],
})

export const rotateSeal = operation({
  ...noun,
  id: 'seal.rotate',
  method: 'POST',
  path: '/seal/rotate',
  summary: 'Seal every secret at rest anew under a new data key, in the background',
  right: 'write',
  refusals: [400, 409],
})

export const sealOperations = [readSeal, rotateSeal]
