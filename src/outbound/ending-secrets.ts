/**
 * Secrets at foreign OAuth servers that end: told to the log and the audit a month before, and again when they have
 * ended; each once for each end. The console's health checks and the gauges say the same for as long as it holds.
 */
import { nowSeconds } from '#observe/clock.ts'
import { systemActor, writeAudit } from '#store/audit.ts'
import { type EndingSecret, listEndingSecrets, toldEnd } from '#store/server-watch.ts'
import type { OutboundContext } from './context.ts'

export const SOON_SECONDS = 30 * 86_400

/** A chore. */
export async function tellEndingSecrets(context: OutboundContext): Promise<void> {
  const now = nowSeconds()
  for (const secret of await listEndingSecrets(context.db, now + SOON_SECONDS)) {
    const verb = secret.secret_expires_at <= now ? 'secret_expired' : 'secret_expiring'
    await tell(context, secret, `oauth_server.${verb}`)
  }
}

async function tell({ db, engine }: OutboundContext, secret: EndingSecret, action: string): Promise<void> {
  const { id, realm_id, slug, name, secret_expires_at } = secret
  if ((await toldEnd(db, id, action)) === secret_expires_at) return
  const object = { object_kind: 'oauth_server', object_id: id, object_name: name }
  await writeAudit(db.sql, { realm_id, actor: systemActor, action, ...object, after: { slug, secret_expires_at } })
  engine.log.warn({ server: slug, action, secret_expires_at }, 'the client secret at an OAuth server ends')
}
