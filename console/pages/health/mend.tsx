/** Mending what a health rule has found, by the patch that the rule gives: shown first as before and after. */
import { Text } from '@mantine/core'
import { Wrench } from 'lucide-react'
import type { ReactNode } from 'react'
import { readClient, updateClient } from '#contract/client.ts'
import type { Finding } from '#contract/health.ts'
import { readOAuthServer, updateOAuthServer } from '#contract/oauth-server.ts'
import { readRealm, updateRealm } from '#contract/realm.ts'
import { call, useRead } from '../../parts/api/call.ts'
import { type AskedActions, askFirst } from '../../parts/dialog/ask-first.tsx'
import { Difference } from '../../parts/show/difference.tsx'

type Document = Readonly<Record<string, unknown>>

/** How each kind is read and changed. */
function nounOf(realm: string, { object_kind, object_id }: Finding) {
  if (object_kind === 'client')
    return { read: readClient, update: updateClient, params: { realm, client_id: object_id } }
  if (object_kind === 'realm') return { read: readRealm, update: updateRealm, params: { realm } }
  return { read: readOAuthServer, update: updateOAuthServer, params: { realm, slug: object_id } }
}

async function mend(realm: string, finding: Finding): Promise<void> {
  const { fix } = finding
  if (fix === null) throw new TypeError('nothing mends this without a guess')
  const { update, params } = nounOf(realm, finding)
  await call(update, { params, query: {}, body: fix })
}

export function mending(realm: string): AskedActions<Finding> {
  return askFirst<Finding>({
    noun: { one: 'finding', many: 'findings' },
    label: 'Mend',
    did: 'mended',
    icon: Wrench,
    isOffered: ({ fix }) => fix !== null,
    nameOf: ({ object_name, rule }) => `${object_name} (${rule.replaceAll('_', ' ')})`,
    impact: (finding) => <Change realm={realm} finding={finding} />,
    impactOfMany: 'Each gets the change that its rule proposes. What nothing mends without a guess stays as it is.',
    run: (finding) => mend(realm, finding),
  })
}

function Change({ realm, finding }: { realm: string; finding: Finding }): ReactNode {
  const { read, params } = nounOf(realm, finding)
  const { data } = useRead(read, { params })
  const now = data?.value as Document | undefined
  return (
    <>
      <Text size="sm" mb="sm">
        {finding.reason}
      </Text>
      {now && (
        <Difference
          of={Object.entries(finding.fix ?? {}).map(([field, after]) => ({ field, before: now[field], after }))}
        />
      )}
    </>
  )
}
