/** Every section that a configuration has, in the order in which they are written and made; they are deleted backwards. */
import { apiSection } from './apis.ts'
import { categorySection } from './categories.ts'
import { clientSection } from './clients.ts'
import { connectorSection } from './connectors.ts'
import { applicationSection, environmentSection } from './layers.ts'
import { oauthServerSection } from './oauth-servers.ts'
import { profileSection } from './profiles.ts'
import { realmSection } from './realm-settings.ts'
import { roleSection } from './roles.ts'
import { scopeSection } from './scopes.ts'
import type { Section } from './section.ts'

export const sections: readonly Section[] = [
  realmSection,
  apiSection,
  scopeSection,
  roleSection,
  environmentSection,
  applicationSection,
  clientSection,
  categorySection,
  profileSection,
  oauthServerSection,
  connectorSection,
]
