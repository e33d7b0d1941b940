import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

export interface PostgresDatabase {
  url: string
  drop: () => Promise<void>
}

/**
 * A fresh, empty database in the PostgreSQL of this run, or in the one at `serverUrl` (one of
 * `inject('postgresUrls')`). `drop` ends the connections that are still open.
 */
export async function createPostgresDatabase(serverUrl = inject('postgresUrl')): Promise<PostgresDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  // template0: the template that nobody may connect to, so that parallel creations never wait for each other.
  await execute(serverUrl, `create database ${name} template template0`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => execute(serverUrl, `drop database if exists ${name} with (force)`) }
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
