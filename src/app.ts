/**
 * The composition root, and the only file that sees every room: opens the database, makes the house's few lasting
 * things, hangs every door, starts the chores. Owns no rule.
 */
import { join } from 'node:path'
import { consoleSessionRoutes } from '#admin/console-session-routes.ts'
import { adminRoutes } from '#admin/routes.ts'
import { createPasswordHasher, HashQueueFull } from '#crypto/password.ts'
import { facadeRoutes } from '#facades/routes.ts'
import { assetRoutes } from '#http/assets.ts'
import { createEgress } from '#http/egress.ts'
import type { Refused, Route } from '#http/message.ts'
import { refusedAsAsked } from '#http/page.ts'
import { type Server, startServer } from '#http/server.ts'
import { staticFileRoutes } from '#http/static-files.ts'
import { ClientActivity } from '#issuer/client-activity.ts'
import type { IssuerContext } from '#issuer/context.ts'
import { createOwnClient } from '#issuer/own-client.ts'
import { issuerRoutes } from '#issuer/routes.ts'
import { ensureSigningKeys } from '#issuer/signing-keys.ts'
import { createGate } from '#login/gate.ts'
import { loginRoutes } from '#login/routes.ts'
import { createPace } from '#login/throttle.ts'
import type { Log } from '#observe/log.ts'
import { createMetrics } from '#observe/metrics.ts'
import type { OutboundContext } from '#outbound/context.ts'
import { openOutbound } from '#outbound/open.ts'
import { outboundRoutes } from '#outbound/routes.ts'
import { createSecretStores } from '#outbound/secret-stores/stores.ts'
import { isUnavailable, openDatabase } from '#store/database.ts'
import { Events } from '#store/events.ts'
import { LegacyUses } from '#store/legacy-uses.ts'
import { listRealms } from '#store/realms.ts'
import { startChores } from './chores.ts'
import { type Config, environmentValue } from './config.ts'
import { type FirstStartReport, firstStart } from './first-start.ts'
import { operationsRoutes } from './operations.ts'
import { welcomeRoutes } from './welcome.ts'

/** Seconds that running requests get to finish after the listener closed. */
const GRACE_SECONDS = 10
/** Where PostgreSQL listens when its URL says nothing. */
const POSTGRES_PORT = 5432

export interface App {
  /** Where it listens: the port is the real one, also where 0 was asked for. */
  readonly address: { readonly host: string; readonly port: number }
  readonly operationsAddress: { readonly host: string; readonly port: number }
  readonly report: FirstStartReport
  readonly context: OutboundContext
  close(): Promise<void>
}

export interface AppOptions {
  readonly config: Config
  readonly log: Log
  /** Called when durability can no longer be promised: the process has to end. */
  readonly onFatal: (error: Error) => void
}

export async function startApp({ config, log, onFatal }: AppOptions): Promise<App> {
  const metrics = createMetrics()
  const observe = (timing: { what: string; seconds: number }) => metrics.databaseTimed(timing.what, timing.seconds)
  const db = await openDatabase({ url: config.databaseUrl, onFatal, observe })
  try {
    const report = await firstStart({ db, config })
    const issuer: IssuerContext = {
      publicUrl: config.publicUrl,
      db,
      seal: report.seal,
      userPasswords: createPasswordHasher(),
      clientSecrets: createPasswordHasher({ concurrency: 1 }),
      egress: createEgress({ allow: config.egressAllow, closedPorts: ownPorts(config) }),
      metrics,
      pace: createPace(),
      gate: createGate(),
      events: new Events(db, (err) => log.warn({ err }, 'what happened at the doors waits to be written')),
      ownClient: await createOwnClient(),
      activity: new ClientActivity(db, log),
      legacyUses: new LegacyUses(db, (err) => log.warn({ err }, 'a count of uses waits to be written')),
    }
    for (const realm of await listRealms(db)) await ensureSigningKeys(issuer, realm)
    const context = await openOutbound(issuer, { log, dataDir: config.dataDir, secretStores: storesOf(config, issuer) })
    return await open(config, log, context, report)
  } catch (error) {
    await db.close()
    throw error
  }
}

/** The external stores that the operator set up. */
function storesOf({ dataDir, secretStores }: Config, { egress }: IssuerContext) {
  return createSecretStores(secretStores, { egress, dataDir, environment: environmentValue })
}

/** Nobody outside makes us call ourselves or our database, whatever the operator opened. */
function ownPorts({ port, operationsPort, databaseUrl }: Config): readonly number[] {
  if (databaseUrl.startsWith('sqlite:')) return [port, operationsPort]
  return [port, operationsPort, Number(new URL(databaseUrl).port || POSTGRES_PORT)]
}

async function open(config: Config, log: Log, context: OutboundContext, report: FirstStartReport): Promise<App> {
  const chores = startChores(context, log)
  const state = { isReady: true }
  const common = { trustedProxies: config.trustedProxies, log, metrics: context.metrics, classify }
  const operations = await startServer({
    ...common,
    routes: operationsRoutes({ db: context.db, metrics: context.metrics, isReady: () => state.isReady }),
    host: config.operationsHost,
    port: config.operationsPort,
  })
  const front = await startServer({
    ...common,
    routes: everyDoor(context),
    refused: refusedAsAsked,
    host: config.host,
    port: config.port,
    secure: config.publicUrl.startsWith('https:'),
    ...(config.tls && { tls: config.tls }),
  })
  return {
    address: front.address(),
    operationsAddress: operations.address(),
    report,
    context,
    close: () => shut(state, front, operations, chores, context),
  }
}

function everyDoor(context: OutboundContext): readonly Route[] {
  return [
    ...welcomeRoutes(join(import.meta.dirname, '..', 'docs')),
    ...assetRoutes(),
    ...consoleRoutes(),
    ...issuerRoutes(context),
    ...loginRoutes(context),
    ...facadeRoutes(context),
    ...outboundRoutes(context),
    ...adminRoutes(context),
    ...consoleSessionRoutes(context),
  ]
}

/** Served to everyone: what it shows comes from the management API, which asks who is there. */
function consoleRoutes(): readonly Route[] {
  return staticFileRoutes({
    base: '/console',
    directory: join(import.meta.dirname, '..', 'console', 'dist'),
    missing: 'the console was not built: start Sallyport with npm start, or run node scripts/console.mjs',
  })
}

/** What is not the caller's fault and not a bug: the database is away, or too many passwords wait to be hashed. */
function classify(fault: unknown): Refused | undefined {
  if (!(isUnavailable(fault) || fault instanceof HashQueueFull)) return undefined
  return {
    status: 503,
    error: 'temporarily_unavailable',
    description: 'the service is busy or its database is away, try again',
    headers: { 'retry-after': '2' },
  }
}

async function shut(
  state: { isReady: boolean },
  front: Server,
  operations: Server,
  chores: { stop(): Promise<void> },
  { db, activity, legacyUses, events, engine }: OutboundContext,
): Promise<void> {
  state.isReady = false
  await front.close(GRACE_SECONDS)
  await chores.stop()
  await engine.close()
  await operations.close(1)
  await activity.close()
  await legacyUses.close()
  await events.close()
  await db.close()
}
