import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser, type Credentials } from './clients.ts'
import { authorize, REDIRECT_URI, refresh, type Tokens, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { basic, form } from './requests.ts'

const WEB = {
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: [REDIRECT_URI],
  scope: 'openid profile email offline_access',
}

describe.each(ENGINES)('refresh on %s', (engine) => {
  let house: House
  let web: Credentials
  let other: Credentials

  beforeAll(async () => {
    house = await openHouse({ engine })
    web = await addClient(house, { client_id: 'web', ...WEB })
    other = await addClient(house, { client_id: 'other', ...WEB })
    await addUser(house, { username: 'alice' })
  })
  afterAll(() => house.close())

  const begin = (scope = 'openid profile offline_access') => tokensOf(house, { client: web, username: 'alice', scope })
  const good = async (token: string | undefined, more = {}): Promise<Tokens> => {
    const response = await refresh(house, web, token ?? '', more)
    const answer = await response.json()
    expect(response.status, JSON.stringify(answer)).toBe(200)
    return answer as Tokens
  }
  const refused = async (response: Response): Promise<string> => {
    expect(response.status).toBe(400)
    return ((await response.json()) as { error: string }).error
  }
  const isActive = async (token: string): Promise<boolean> => {
    const body = form({ token })
    const response = await fetch(`${house.issuer()}/introspect`, { method: 'POST', headers: basic(web), body })
    return ((await response.json()) as { active: boolean }).active
  }
  const endWindows = () =>
    house.app.context.db.sql
      .updateTable('refresh_tokens')
      .set({ sealed_until_ms: 1 })
      .where('spent_at_ms', 'is not', null)
      .execute()

  test('§6 each use brings a new refresh token, a new access token and an ID token without nonce', async () => {
    const first = await begin()
    const second = await good(first.refresh_token)
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(second.access_token).not.toBe(first.access_token)
    expect(second.id_token).toEqual(expect.any(String))
    const third = await good(second.refresh_token)
    expect(await isActive(third.access_token)).toBe(true)
  })

  test('§4.14.2 a lost answer can be fetched again while its successor is unused', async () => {
    const first = await begin()
    const second = await good(first.refresh_token)
    expect(await good(first.refresh_token)).toEqual(second)
    await good(second.refresh_token)
  })

  test('N070 a spent token whose successor was used ends the family', async () => {
    const first = await begin()
    const second = await good(first.refresh_token)
    const third = await good(second.refresh_token)
    expect(await refused(await refresh(house, web, first.refresh_token ?? ''))).toBe('invalid_grant')
    expect(await refused(await refresh(house, web, third.refresh_token ?? ''))).toBe('invalid_grant')
    expect(await isActive(third.access_token)).toBe(false)
    expect(house.logged.join('\n')).toContain('refresh_token_reused')
  })

  test('N070 a spent token after its window ends the family', async () => {
    const first = await begin()
    const second = await good(first.refresh_token)
    await endWindows()
    expect(await refused(await refresh(house, web, first.refresh_token ?? ''))).toBe('invalid_grant')
    expect(await refused(await refresh(house, web, second.refresh_token ?? ''))).toBe('invalid_grant')
  })

  test('N071 of 200 that refresh one token at once, all get the same branch', async () => {
    const first = await begin()
    const responses = await Promise.all(
      Array.from({ length: 200 }, () => refresh(house, web, first.refresh_token ?? '')),
    )
    const answers = await Promise.all(responses.map((response) => response.json() as Promise<Tokens>))
    const successors = new Set(answers.map(({ refresh_token: token }) => token).filter((token) => token !== undefined))
    expect(successors.size).toBe(1)
    await good([...successors][0])
  })

  test('N072 N074 another client that shows it ends the family', async () => {
    const first = await begin()
    expect(await refused(await refresh(house, other, first.refresh_token ?? ''))).toBe('invalid_grant')
    expect(await refused(await refresh(house, web, first.refresh_token ?? ''))).toBe('invalid_grant')
    const second = await begin()
    await good(second.refresh_token)
    expect(await refused(await refresh(house, other, second.refresh_token ?? ''))).toBe('invalid_grant')
    expect(await refused(await refresh(house, web, second.refresh_token ?? ''))).toBe('invalid_grant')
  })

  test('N073 §6 narrower for one answer, never wider', async () => {
    const first = await begin()
    const narrow = await good(first.refresh_token, { scope: 'openid' })
    expect(narrow.scope).toBe('openid')
    const full = await good(narrow.refresh_token)
    expect(full.scope).toBe('openid profile offline_access')
    const wider = await refresh(house, web, full.refresh_token ?? '', { scope: 'openid email' })
    expect(await refused(wider)).toBe('invalid_scope')
    await good(full.refresh_token)
  })

  test('N075 idle and absolute lifetimes both hold', async () => {
    const { sql } = house.app.context.db
    const idle = await begin()
    await sql.updateTable('refresh_tokens').set({ idle_expires_at: 1 }).where('spent_at_ms', 'is', null).execute()
    expect(await refused(await refresh(house, web, idle.refresh_token ?? ''))).toBe('invalid_grant')
    const absolute = await begin()
    await sql.updateTable('grants').set({ expires_at: 1 }).execute()
    expect(await refused(await refresh(house, web, absolute.refresh_token ?? ''))).toBe('invalid_grant')
    const rows = await sql.selectFrom('refresh_tokens').select(['idle_expires_at', 'expires_at']).execute()
    expect(rows.every((row) => row.idle_expires_at <= row.expires_at)).toBe(true)
  })

  test('N076 a client that lost offline_access or the grant type refreshes no more', async () => {
    const { sql, held } = house.app.context.db
    const change = async (columns: { scope?: string; grant_types?: string }) => {
      await sql.updateTable('clients').set(columns).where('client_id', '=', 'web').execute()
      held.forget()
    }
    const first = await begin()
    await change({ scope: 'openid profile email' })
    expect(await refused(await refresh(house, web, first.refresh_token ?? ''))).toBe('invalid_grant')
    await change({ scope: WEB.scope, grant_types: JSON.stringify(['authorization_code']) })
    expect(await refused(await refresh(house, web, first.refresh_token ?? ''))).toBe('unauthorized_client')
    await change({ grant_types: JSON.stringify(WEB.grant_types) })
    await good(first.refresh_token)
  })

  test('N079 one character more, one less, or padding is another token', async () => {
    const { refresh_token: token = '' } = await begin()
    for (const odd of [token.slice(0, -1), `${token}A`, `${token}=`, token.toLowerCase()]) {
      expect(await refused(await refresh(house, web, odd)), odd.length.toString()).toBe('invalid_grant')
    }
    await good(token)
  })

  test('without offline_access the family ends with the session', async () => {
    const tokens = await begin('openid profile')
    expect(tokens.refresh_token).toEqual(expect.any(String))
    await tokens.browser.open(`${house.issuer()}/logout?id_token_hint=${tokens.id_token}`)
    expect(await refused(await refresh(house, web, tokens.refresh_token ?? ''))).toBe('invalid_grant')
  })

  test('N077 §2.2.2 a public client has to show a new token each time as well', async () => {
    await addClient(house, { client_id: 'spa', token_endpoint_auth_method: 'none', ...WEB })
    const spa = { client_id: 'spa', client_secret: '' }
    const flow = await authorize(house, { client: spa, username: 'alice' })
    const token = async (fields: Record<string, string>) => {
      const body = form({ client_id: 'spa', ...fields })
      return (await (await fetch(`${house.issuer()}/token`, { method: 'POST', body })).json()) as Tokens
    }
    const first = await token({
      grant_type: 'authorization_code',
      code: flow.code,
      redirect_uri: REDIRECT_URI,
      code_verifier: flow.verifier,
    })
    const again = (refreshToken = '') => token({ grant_type: 'refresh_token', refresh_token: refreshToken })
    const second = await again(first.refresh_token)
    expect(second.refresh_token).not.toBe(first.refresh_token)
    await again(second.refresh_token)
    expect(await again(first.refresh_token)).toMatchObject({ error: 'invalid_grant' })
  })

  test('nothing readable is stored', async () => {
    const first = await begin()
    const second = await good(first.refresh_token)
    const rows = JSON.stringify(await house.app.context.db.sql.selectFrom('refresh_tokens').selectAll().execute())
    for (const token of [first.refresh_token, second.refresh_token, second.access_token]) {
      expect(rows).not.toContain(token ?? 'absent')
    }
  })
})
