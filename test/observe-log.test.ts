import { describe, expect, test } from 'vitest'
import { createLog } from '#observe/log.ts'
import { createMetrics } from '#observe/metrics.ts'

function written(use: (log: ReturnType<typeof createLog>) => void, level: 'debug' | 'info' = 'info'): string[] {
  const lines: string[] = []
  use(createLog(level, { write: (line: string) => void lines.push(line) }))
  return lines
}

describe('the log', () => {
  test('one JSON object a line, with level, time and the bindings of its child', () => {
    const [line = ''] = written((log) => log.child({ request_id: 'a-1' }).info({ door: 'token' }, 'refused'))
    expect(JSON.parse(line)).toMatchObject({ level: 'info', request_id: 'a-1', door: 'token', message: 'refused' })
    expect(line.endsWith('\n')).toBe(true)
    expect(written((log) => log.debug({}, 'quiet'))).toEqual([])
  })

  test('N152 control characters, escapes and reversals are gone, wherever they stand', () => {
    const evil = 'a\r\nb\u001b[31m\u202ec\u2028d\u0085'
    const text = written((log) =>
      log.child({ [evil]: evil }).warn({ [evil]: evil, deep: { list: [evil] }, err: new Error(evil) }, evil),
    ).join('')
    expect(text.trimEnd()).not.toMatch(/[\u0000-\u001f\u0080-\u009f\u2028\u202e]|\\u001b|\\[rn]/)
  })

  test('a secret does not get into a line by its name, its shape or a driver’s message', () => {
    const canary = 'canary-7391'
    const token = `eyJhbGciOiJFUzI1NiJ9.${Buffer.from(canary).toString('base64url')}.c2lnbmF0dXJlc2ln`
    const text = written((log) => {
      const error = Object.assign(new Error(`connect postgres://sallyport:${canary}@db/x`), { parameters: [canary] })
      const detail = {
        client_secret: canary,
        password: canary,
        Authorization: canary,
        code_verifier: canary,
        cookie: canary,
      }
      log.error({ err: error, ...detail, nested: detail, sent: token, bytes: Buffer.from(canary) }, `of ${token}`)
    }).join('')
    expect(text).not.toContain(canary)
    expect(text).not.toContain(token.slice(-10))
    expect(text).toContain('postgres://sallyport:[blanked]@db')
  })

  test('a long value is cut, a loop ends', () => {
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    const [line = ''] = written((log) => log.info({ sent: 'x'.repeat(60_000), loop }, 'long'))
    expect(line.length).toBeLessThan(2_000)
  })

  test('an error is told with its code, its stack and its cause', () => {
    const error = Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'ECONNRESET' })
    const [line = ''] = written((log) => log.error({ err: error }, 'fault'))
    expect(JSON.parse(line)).toMatchObject({
      err: { type: 'Error', message: 'outer', code: 'ECONNRESET', cause: { message: 'inner' } },
    })
  })
})

describe('metrics', () => {
  test('counts by realm and word; words that are not ours are one', async () => {
    const metrics = createMetrics()
    metrics.tokenIssued('default', 'client_credentials')
    metrics.tokenIssued('default', 'client_credentials')
    metrics.tokenRefused('default', 'invalid_grant')
    for (const word of ['x1', 'x2', 'x"} 1']) metrics.tokenRefused('default', word)
    metrics.login('default', 'success')
    const text = await metrics.text()
    expect(text).toContain('sallyport_tokens_issued_total{realm="default",grant="client_credentials"} 2\n')
    expect(text).toContain('sallyport_token_errors_total{realm="default",error="invalid_grant"} 1\n')
    expect(text).toContain('sallyport_token_errors_total{realm="default",error="other"} 3\n')
    expect(text).toContain('sallyport_logins_total{realm="default",result="success"} 1')
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds')
  })

  test('durations fall into buckets that add up', async () => {
    const metrics = createMetrics()
    for (const seconds of [0.0001, 0.002, 0.002, 99]) metrics.requestFinished('token', 'POST', 200, seconds)
    metrics.databaseTimed('commit', 0.5)
    const text = await metrics.text()
    const labels = 'door="token",method="POST",status="200"'
    const name = 'sallyport_http_request_duration_seconds'
    expect(text).toContain(`${name}_bucket{${labels},le="0.001"} 1\n`)
    expect(text).toContain(`${name}_bucket{${labels},le="0.0025"} 3\n`)
    expect(text).toContain(`${name}_bucket{${labels},le="10"} 3\n`)
    expect(text).toContain(`${name}_bucket{${labels},le="+Inf"} 4\n`)
    expect(text).toContain(`${name}_count{${labels}} 4\n`)
    expect(text).toContain('sallyport_database_duration_seconds_bucket{kind="commit",le="0.5"} 1\n')
  })

  test('realms without end do not make series without end', async () => {
    const metrics = createMetrics()
    for (let at = 0; at < 3_000; at += 1) metrics.login(`realm-${at}`, 'success')
    const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('sallyport_logins_total{'))
    expect(lines.length).toBeLessThanOrEqual(1_001)
    expect(lines.at(-1)).toBe('sallyport_logins_total{realm="other",result="success"} 2000')
  })
})
