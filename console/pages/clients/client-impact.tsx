/** What breaks when a client is deleted. */
import { Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Client } from '#contract/client.ts'
import { listGrants } from '#contract/grant.ts'
import { useRead } from '../../parts/api/call.ts'
import { count } from '../../parts/show/text.ts'
import { relativeTime } from '../../parts/show/time.tsx'
import { grantNoun } from './client-values.ts'

export function Impact({
  realm,
  of: { client_id, client_name, last_used_at },
}: {
  realm: string
  of: Client
}): ReactNode {
  const grants = useRead(listGrants, { params: { realm, client_id }, query: { page_size: 1 } }).data?.value
  const many = grants?.total_is_lower_bound === true ? 'more than ' : ''
  return (
    <Stack gap="xs">
      <Text size="sm">
        <bdi>{client_name}</bdi>{' '}
        {last_used_at === null ? 'was never used' : `was last used ${relativeTime(last_used_at)}`}.{' '}
        {grants !== undefined &&
          (grants.total === 0
            ? 'No user has a live grant for it.'
            : `${many}${count(grants.total, grantNoun)} of users ${grants.total === 1 ? 'ends' : 'end'} with it.`)}
      </Text>
      <Text size="sm">
        All its tokens are dead at once, and whoever uses it is refused. It lies in the recycle bin for 30 days; what
        comes back from there is disabled, without its secrets.
      </Text>
    </Stack>
  )
}
