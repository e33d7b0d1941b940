/** A realm in which something happened: people signed in, somebody guessed, things were changed and deleted. */

import { Browser } from '../browser.ts'
import { addClient, addUser, type Credentials } from '../clients.ts'
import { authorizationUrl, pkce, REDIRECT_URI, tokensOf } from '../code-flow.ts'
import type { House } from '../house.ts'
import type { Office } from '../office.ts'

export const HOSTILE = '<script>document.title="owned"</script>'
/** So many wrong passwords make the next login wait. */
const failuresThatSlow = 11

export interface ObservedRealm {
  readonly shop: Credentials
  readonly ada: string
  readonly mallory: string
}

export async function observedRealm(house: House, office: Office): Promise<ObservedRealm> {
  const common = {
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid offline_access',
    require_consent: true,
  }
  const shop = await addClient(house, { ...common, client_id: 'shop-web', client_name: 'The shop' })
  await addClient(house, { ...common, client_id: 'report', client_name: 'Reports', require_pkce: false })
  await addClient(house, { ...common, client_id: 'tables', client_name: 'Tables', require_pkce: false })
  const ada = await addUser(house, { username: 'ada' })
  await addUser(house, { username: 'bob' })
  const mallory = await addUser(house, { username: 'mallory' })
  for (const username of ['ada', 'bob'])
    await tokensOf(house, { client: shop, username, scope: 'openid offline_access' })
  for (let count = 0; count < failuresThatSlow; count += 1) await guess(house, shop, 'mallory')
  await guess(house, shop, 'nobody-of-that-name')
  await office.patch('/realms/default/clients/report', { client_name: HOSTILE, expires_in: 900 })
  await office.post('/realms/default/clients', {
    client_id: 'old-app',
    client_name: 'Old',
    grant_types: ['client_credentials'],
  })
  await office.delete('/realms/default/clients/old-app')
  await office.post('/realms/default/roles', { name: 'editor', description: 'edits' })
  await office.post('/realms/default/roles', { name: 'reader' })
  await office.delete('/realms/default/roles/reader')
  return { shop, ada, mallory }
}

/** A wrong password at the login page. */
async function guess(house: House, client: Credentials, username: string): Promise<void> {
  const browser = new Browser(house.url)
  const url = authorizationUrl(house, {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    code_challenge: pkce().challenge,
    code_challenge_method: 'S256',
  })
  const page = await browser.open(url)
  await browser.submit(page, { username, password: 'not the password at all', login: '' })
}
