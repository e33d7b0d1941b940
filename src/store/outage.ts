/**
 * Telling an outage (the caller answers 503 with Retry-After and the request may be tried again) from a bug, the same
 * way on both engines. Codes: sqlite.org/rescode.html · PostgreSQL manual, appendix A.
 */

/** The database could not be reached, or answered too late. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

/** BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN. */
const sqliteOutages = new Set([5, 6, 8, 10, 13, 14])

/** Locked out by others, cancelled for time, read-only after a fail-over, shutting down or starting, disk trouble. */
const postgresOutages = new Set([
  '40001',
  '40P01',
  '55P03',
  '57014',
  '57P01',
  '57P02',
  '57P03',
  '25006',
  '25P03',
  '58030',
])

/** SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE. */
const sqliteUnique = new Set([1555, 2067])

function codesOf(error: unknown): { code: string; errcode: number } {
  if (typeof error !== 'object' || error === null) return { code: '', errcode: 0 }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const errcode = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0
  return { code, errcode }
}

/** True when the database is away, locked or full: nothing is wrong with the request, it may be sent again. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true
  const { code, errcode } = codesOf(error)
  if (code === 'ERR_SQLITE_ERROR') return sqliteOutages.has(errcode & 0xff)
  return postgresOutages.has(code) || /^(08|53)[0-9A-Z]{3}$/.test(code)
}

/** True when a row with the same unique value is there already. */
export function isUniqueViolation(error: unknown): boolean {
  const { code, errcode } = codesOf(error)
  return code === '23505' || (code === 'ERR_SQLITE_ERROR' && sqliteUnique.has(errcode))
}
