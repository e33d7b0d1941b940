/** The settings of the realm itself. Its name is not among them: what was exported from one realm may be applied to another. */
import { secretReference } from '#contract/configuration.ts'
import { realmBody, updateRealm } from '#contract/realm.ts'
import { findRealm } from '#store/realms.ts'
import { defaults, realmHandlers, writableOf } from '../realms.ts'
import { holdsClientSecret } from './secrets.ts'
import { type Entry, perform, type Section } from './section.ts'

const { key } = realmBody.shape

export const realmSection: Section = {
  name: 'realm',
  kind: 'realm',
  key: undefined,
  schema: realmBody.omit({ name: true }).extend({ key: secretReference.optional() }),
  secrets: [{ field: 'key', schema: key.unwrap().unwrap() }],
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
  /** The KEY is the secret of the client that is named like the realm. */
  holds: async (scene, name, _field, value) => {
    const held = await holdsClientSecret(scene, name, value)
    return held === 'absent' ? 'other' : held
  },
  async update(scene, name, patch, { changed }) {
    const body = { ...patch, ...changed }
    await perform(scene, realmHandlers, updateRealm, { params: { realm: name }, query: {}, body })
    return undefined
  },
}
