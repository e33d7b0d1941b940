/** The console's own redirect URI: the realm sends no code to an address that the client has not registered. */
import { Alert, Button } from '@mantine/core'
import { Link2, Link2Off } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Client, updateClient } from '#contract/client.ts'
import { useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellProblem } from '../../parts/show/problem.tsx'
import styles from './try.module.css'
import { tryRedirectUri } from './try-window.ts'

interface RedirectUriProps {
  readonly realm: string
  readonly client: Client
  readonly etag: string | undefined
}

export function RedirectUri({ realm, client, etag }: RedirectUriProps): ReactNode {
  const { mutateAsync: update, isPending } = useWrite(updateClient)
  const mayChange = useMayWrite(realm) && !client.built_in
  const uri = tryRedirectUri()
  const isRegistered = client.redirect_uris.includes(uri)
  const change = (redirect_uris: string[]) => {
    const params = { realm, client_id: client.client_id }
    void update({ params, body: { redirect_uris }, ...(etag !== undefined && { ifMatch: etag }) }).catch(tellProblem)
  }
  if (isRegistered) {
    return (
      <div className={styles.redirect}>
        <p>
          The answer comes to <code>{uri}</code>, which is among its redirect URIs.
        </p>
        {mayChange && (
          <Button
            variant="default"
            size="compact-sm"
            loading={isPending}
            leftSection={<Link2Off size={14} aria-hidden />}
            onClick={() => change(client.redirect_uris.filter((one) => one !== uri))}
          >
            Remove it again
          </Button>
        )}
      </div>
    )
  }
  return (
    <Alert color="amber" variant="light" icon={<Link2 aria-hidden />} title="The answer has no way back to this page">
      <p className={styles.address}>
        <code>{uri}</code> is not among this client's redirect URIs, so the realm would refuse.
      </p>
      {mayChange && (
        <Button mt={8} loading={isPending} onClick={() => change([...client.redirect_uris, uri])}>
          Add it
        </Button>
      )}
      {!mayChange && (
        <p className={styles.address}>
          {client.built_in
            ? 'This client is built in: its redirect URIs cannot be changed.'
            : 'Ask an administrator of this realm to add it.'}
        </p>
      )}
    </Alert>
  )
}
