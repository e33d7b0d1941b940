/**
 * What people type: argon2id (RFC 9106) in PHC strings, off the event loop, a few at a time, with a bounded queue.
 * The thread pool also carries the database's syncs, so a login flood never takes all of it; 19 MiB a hash, so the
 * number that runs at once is also the bound on memory.
 * Owns hashing and verifying; throttling, and who may try, is login's and the issuer's.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'

const argon2Async = promisify(argon2)

/** The work of a new hash: 19 MiB and two passes (OWASP's floor for argon2id). */
const work = { memory: 19_456, passes: 2, parallelism: 1 }
const nonceBytes = 16
const tagBytes = 32

/** What a stored string may ask for: an imported hash is honoured, one that would stop the server is not. */
const cap = { memory: 65_536, passes: 10, parallelism: 4, bytes: 64 }

interface StoredHash {
  memory: number
  passes: number
  parallelism: number
  nonce: Buffer
  tag: Buffer
}

export interface PasswordHasherOptions {
  /** Hashes that run at once. */
  readonly concurrency?: number
  /** Hashes that may wait for their turn; one more is refused. */
  readonly queueLimit?: number
}

export interface PasswordHasherCounters {
  /** Every argon2 computation begun: new hashes, verifications and dummies. */
  readonly hashed: number
  /** Those that were done for nobody, so that an unknown name costs what a known one does. */
  readonly dummies: number
  /** Turned away because the queue was full. */
  readonly rejected: number
  /** In the queue now. */
  readonly waiting: number
}

export interface PasswordHasher {
  /** A new PHC string. */
  hash(password: string): Promise<string>
  /** Whether the password is the one behind the PHC string; throws a fault where the string cannot be read. */
  verify(password: string, phc: string): Promise<boolean>
  /** The same work as `verify` for an account that does not exist. */
  verifyDummy(password: string): Promise<false>
  readonly counters: PasswordHasherCounters
}

/** The queue is full: the caller answers 503 and the client may come again. */
export class HashQueueFull extends Error {
  constructor() {
    super('too many password hashes are waiting')
    this.name = 'HashQueueFull'
  }
}

/**
 * One core stays for the event loop: a flood of logins must not slow everybody else. Two at most, because of four threads
 * in the pool two are the database's.
 */
const standardConcurrency = Math.max(1, Math.min(availableParallelism() - 1, 2))

/** A hasher with its own bounds; users and clients have one each, so that neither flood starves the other. */
export function createPasswordHasher(options: PasswordHasherOptions = {}): PasswordHasher {
  const { concurrency = standardConcurrency, queueLimit = 128 } = options
  const counters = { hashed: 0, dummies: 0, rejected: 0, waiting: 0 }
  const queue: (() => void)[] = []
  const dummy: StoredHash = { ...work, nonce: randomBytes(nonceBytes), tag: randomBytes(tagBytes) }
  let running = 0

  async function turn(): Promise<void> {
    if (running < concurrency) {
      running++
      return
    }
    if (queue.length >= queueLimit) {
      counters.rejected++
      throw new HashQueueFull()
    }
    counters.waiting++
    await new Promise<void>((resolve) => queue.push(resolve))
    counters.waiting--
  }

  /** The place goes straight to the next in line, so that nobody who comes later can take it. */
  function leave(): void {
    const next = queue.shift()
    if (next) next()
    else running--
  }

  async function compute(password: string, stored: Omit<StoredHash, 'tag'>, tagLength: number): Promise<Buffer> {
    await turn()
    try {
      counters.hashed++
      const { memory, passes, parallelism, nonce } = stored
      return await argon2Async('argon2id', { message: octets(password), memory, passes, parallelism, nonce, tagLength })
    } finally {
      leave()
    }
  }

  return {
    counters,
    async hash(password) {
      const nonce = randomBytes(nonceBytes)
      return printPhc({ ...work, nonce, tag: await compute(password, { ...work, nonce }, tagBytes) })
    },
    async verify(password, phc) {
      const stored = parsePhc(phc)
      if (!stored) throw new Error('a stored password hash is not an argon2id PHC string within the accepted bounds')
      return timingSafeEqual(await compute(password, stored, stored.tag.length), stored.tag)
    },
    async verifyDummy(password) {
      const tag = await compute(password, dummy, tagBytes)
      counters.dummies++
      timingSafeEqual(tag, dummy.tag)
      return false
    },
  }
}

/** Whether a stored hash was made with other work than a new one would be: hash again at the next successful login. */
export function needsRehash(phc: string): boolean {
  const stored = parsePhc(phc)
  if (!stored) return true
  const { memory, passes, parallelism } = stored
  return (
    memory !== work.memory ||
    passes !== work.passes ||
    parallelism !== work.parallelism ||
    stored.nonce.length < nonceBytes ||
    stored.tag.length < tagBytes
  )
}

/** Two keyboards may compose the same character differently: NFC, as OpaqueString asks (RFC 8265 §4.2.2). */
function octets(password: string): Buffer {
  return Buffer.from(password.normalize('NFC'), 'utf8')
}

function printPhc({ memory, passes, parallelism, nonce, tag }: StoredHash): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`
}

const phcString =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

function parsePhc(phc: string): StoredHash | undefined {
  const match = phcString.exec(phc)
  if (!match) return undefined
  const [memory = 0, passes = 0, parallelism = 0] = match.slice(1, 4).map(Number)
  const [nonce, tag] = match.slice(4).map((text) => Buffer.from(text, 'base64'))
  if (!nonce || !tag || nonce.length > cap.bytes || tag.length > cap.bytes) return undefined
  if (passes < 1 || passes > cap.passes || parallelism < 1 || parallelism > cap.parallelism) return undefined
  if (memory < 8 * parallelism || memory > cap.memory) return undefined
  return { memory, passes, parallelism, nonce, tag }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
