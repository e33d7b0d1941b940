/** How the management API says no: RFC 9457 problem details. */
import { z } from 'zod'

export const problemMediaType = 'application/problem+json'

export const problem = z
  .object({
    type: z.string().describe('a stable URN for the kind of problem'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    field: z.string().optional().describe('the field or parameter to mend, as a path with periods'),
    request_id: z.string().describe('finds the request in the log'),
  })
  .meta({
    id: 'Problem',
    examples: [
      {
        type: 'urn:sallyport:problem:invalid_field',
        title: 'Bad Request',
        status: 400,
        detail: 'must be absolute',
        field: 'redirect_uris.0',
        request_id: '01JD7Z',
      },
    ],
  })

export type Problem = z.infer<typeof problem>
