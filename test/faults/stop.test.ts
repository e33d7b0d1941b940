/** Stopping well: nobody who was heard goes without an answer. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, inject, test } from 'vitest'
import { echo, openServer } from '../http-server.ts'
import { stopUnderLoad } from './kill.ts'
import { makePlace, type Place } from './place.ts'

let place: Place | undefined
afterEach(() => place?.remove())

test('a request that was on its way on a kept connection is answered, with the word that it was the last', async () => {
  const { server, port } = await openServer((seen) => [echo(seen, '/a', ['GET'])])
  const socket = connect(port, '127.0.0.1')
  const request = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n'
  socket.write(request)
  await once(socket, 'readable')
  const closed = server.close(10)
  socket.write(request)
  const [first, second] = (await text(socket)).split(/(?<=\})(?=HTTP)/)
  expect(first).toMatch(/^HTTP\/1\.1 200 [^]*connection: keep-alive/i)
  expect(second).toMatch(/^HTTP\/1\.1 200 [^]*connection: close/i)
  await closed
})

test('SIGTERM under a mixed load: each process ends with 0 and nothing acknowledged is missing', async () => {
  place = await makePlace('sqlite', inject('postgresUrl'))
  const audit = await stopUnderLoad(place, { kills: 2, requestsPerLife: 200 })
  expect(audit).toMatchObject({ L: 0, D: 0, B: 0, findings: [] })
})
