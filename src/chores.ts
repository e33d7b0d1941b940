/**
 * What the house does when nobody knocks: sweep what expired, rotate keys, renew connections. Each chore runs under a
 * lease of the database, so that of many nodes one does it. A chore that fails is logged and comes again.
 */
import { randomId } from '#crypto/random.ts'
import { rotateDueKeys } from '#issuer/signing-keys.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Log } from '#observe/log.ts'
import { refreshDue } from '#outbound/background.ts'
import type { OutboundContext } from '#outbound/context.ts'
import { tellEndingSecrets } from '#outbound/ending-secrets.ts'
import { probeDue } from '#outbound/probe.ts'
import { type DataKeys, learnDataKeys } from '#store/data-keys.ts'
import { releaseLease, takeLease } from '#store/leases.ts'
import { listRealms } from '#store/realms.ts'
import { advanceRotation, isRotationDue, readRotation } from '#store/seal-rotation.ts'
import { sweepExpired } from '#store/sweep.ts'

interface Chore {
  readonly name: string
  readonly everySeconds: number
  /** Asked before the lease is: what is seldom due costs nothing. */
  readonly isDue?: (context: OutboundContext) => Promise<boolean>
  readonly run: (context: OutboundContext) => Promise<void>
  /** It finishes what the last process may have left. */
  readonly atStart?: true
}

const CHORES: readonly Chore[] = [
  { name: 'sweep', everySeconds: 60, run: sweep },
  // Soon after the first start the next keys are announced; later it looks for what is due.
  { name: 'rotate-keys', everySeconds: 60, run: rotateKeys },
  { name: 'refresh-connections', everySeconds: 5, run: refreshDue, atStart: true },
  { name: 'probe-servers', everySeconds: 5, run: probeDue },
  { name: 'tell-ending-secrets', everySeconds: 60, run: tellEndingSecrets },
  {
    name: 'rotate-seal',
    everySeconds: 2,
    isDue: async ({ db }) => isRotationDue(await readRotation(db)),
    run: ({ db, seal }) => advanceRotation(db, seal),
  },
]

export interface Chores {
  /** Waits for the chore that is running. */
  stop(): Promise<void>
}

export function startChores(context: OutboundContext, log: Log): Chores {
  const owner = randomId()
  const running = new Map<string, Promise<void>>()
  const timers = CHORES.map((chore) => {
    const knock = () => {
      // The lease is this process's own: it would not keep a chore that takes long from running twice here.
      if (running.has(chore.name)) return
      const work = runLeased(context, log, owner, chore).finally(() => running.delete(chore.name))
      running.set(chore.name, work)
    }
    if (chore.atStart) knock()
    return setInterval(knock, chore.everySeconds * 1000).unref()
  })
  timers.push(learning(context, log))
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await Promise.all(running.values())
    },
  }
}

/** Every process for itself: what another one did to the data keys. */
function learning({ db, seal }: OutboundContext, log: Log): NodeJS.Timeout {
  let learned: DataKeys | undefined
  let isRunning = false
  const learn = async () => {
    if (isRunning) return
    isRunning = true
    try {
      learned = await learnDataKeys(db, seal, learned)
    } catch (error) {
      log.warn({ err: error }, 'the data keys could not be read and will be asked for again')
    } finally {
      isRunning = false
    }
  }
  return setInterval(() => void learn(), 1000).unref()
}

async function runLeased(context: OutboundContext, log: Log, owner: string, chore: Chore): Promise<void> {
  const name = `chore:${chore.name}`
  try {
    if (chore.isDue && !(await chore.isDue(context))) return
    if ((await takeLease(context.db, name, owner, chore.everySeconds)) === undefined) return
    await chore.run(context)
    await releaseLease(context.db, name, owner)
  } catch (error) {
    log.warn({ chore: chore.name, err: error }, 'a chore failed and will be tried again')
  }
}

/** In small batches with the event loop free between them, so that nobody waits for the broom. */
async function sweep(context: OutboundContext): Promise<void> {
  const now = nowSeconds()
  while ((await sweepExpired(context.db, now)) > 0) await new Promise((resolve) => setTimeout(resolve, 50))
}

async function rotateKeys(context: OutboundContext): Promise<void> {
  for (const realm of await listRealms(context.db)) await rotateDueKeys(context, realm)
}
