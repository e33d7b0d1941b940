/** The settings of the realm itself. Its name is not among them: what was exported from one realm may be applied to another. */
import { secretReference } from '#contract/configuration.ts'
import { realmBody, updateRealm } from '#contract/realm.ts'
import { findRealm } from '#store/realms.ts'
import { defaults, realmHandlers, writableOf } from '../realms.ts'
import { type Entry, perform, type Section } from './section.ts'

const { key } = realmBody.shape

export const realmSection: Section = {
  name: 'realm',
  kind: 'realm',
  key: undefined,
  schema: realmBody.omit({ name: true }).extend({ key: secretReference.optional() }),
  secret: { field: 'key', schema: key.unwrap().unwrap(), holder: (realm) => realm.name },
  references: [],
  async open({ context, realm }) {
    const current = await findRealm(context.db, realm.name)
    const known = defaults(realm.name)
    return {
      entries: new Map(current ? [[realm.name, { ...writableOf(current) }]] : []),
      builtIn: new Set(),
      complete: (given: Entry) => ({ ...known, ...given }),
    }
  },
  create: () => Promise.reject(new Error('a realm is there before it is configured')),
  async update(scene, name, patch) {
    await perform(scene, realmHandlers, updateRealm, { params: { realm: name }, query: {}, body: patch })
    return undefined
  },
  async setSecret(scene, name, secret) {
    await perform(scene, realmHandlers, updateRealm, { params: { realm: name }, query: {}, body: { key: secret } })
  },
}
