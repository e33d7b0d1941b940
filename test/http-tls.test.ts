import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { echo, openServer, type TestServer } from './http-server.ts'

/** Made for this test with openssl; nobody trusts it but the connections below. */
const cert = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUK0KJ+1J4oVAdCSN2wafcEhZFeCQwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAwMzkzMloYDzIxMjYxMDI4
MDAzOTMyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAROggNU84lC+d1Cdy0i6UGfnNtFHFNxrOm+f6/rXkpU0JaFvLnLv4K6
WN7wWoAqVO/BYrHET/eojmGukXrl4/Uuo28wbTAdBgNVHQ4EFgQU1xipcDoH+ioo
5LBpBHEixDC0cEgwHwYDVR0jBBgwFoAU1xipcDoH+ioo5LBpBHEixDC0cEgwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgDW9BywMDZ4pfqUdsUjQZbjpjOripF+Cg0ILCjM4dSbcCIDrw
fKnZOV2/KJqTcMMGjfn3ik8VCcNPt2O8YCa1rQly
-----END CERTIFICATE-----
`
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyIbdyOfGPZhkpTtM
BaBKjt3ENzU0eeY38fDtB5lJB9ChRANCAAROggNU84lC+d1Cdy0i6UGfnNtFHFNx
rOm+f6/rXkpU0JaFvLnLv4K6WN7wWoAqVO/BYrHET/eojmGukXrl4/Uu
-----END PRIVATE KEY-----
`

let house: TestServer
beforeAll(async () => {
  house = await openServer((seen) => [echo(seen, '/a', ['GET'])], { tls: { cert, key } })
})
afterAll(() => house.server.close(1))

type Version = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

/** The protocol that was agreed on and what a request by it is answered, or the alert. */
function knock(version: Version): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  // The client is made as weak as it can be: what refuses has to be the server.
  const weak = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }
  const socket = connect({ host: '127.0.0.1', port: house.port, ca: cert, servername: 'localhost', ...weak })
  let answer = ''
  socket.on('secureConnect', () => socket.write('GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'))
  socket.on('data', (bytes: Buffer) => {
    answer += bytes.toString()
  })
  socket.on('end', () => resolve(`${socket.getProtocol()} ${answer}`))
  socket.on('error', (error) => resolve(`refused: ${error.message}`))
  return promise
}

describe('N178 the built-in TLS listener', () => {
  test.each<Version>(['TLSv1', 'TLSv1.1'])('%s is refused', async (version) => {
    expect(await knock(version)).toMatch(/^refused: .*(protocol version|alert number 70)/s)
  })

  test.each<Version>(['TLSv1.2', 'TLSv1.3'])('%s is taken, and says that it stays so', async (version) => {
    const answer = await knock(version)
    expect(answer).toContain(`${version} HTTP/1.1 200`)
    expect(answer.toLowerCase()).toContain('strict-transport-security: max-age=31536000')
  })
})
