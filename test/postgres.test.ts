import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { createPostgresDatabase } from './postgres.ts'

test.for(inject('postgresUrls'))('PostgreSQL $version gives each caller a database of its own', async (server) => {
  const [one, other] = await Promise.all([createPostgresDatabase(server.url), createPostgresDatabase(server.url)])
  expect(one.url).not.toBe(other.url)
  const client = new pg.Client({ connectionString: one.url })
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query('show server_version_num')
  expect(Math.floor(Number(rows[0].server_version_num) / 10_000)).toBe(server.version)
  await Promise.all([one.drop(), other.drop()])
})
