/** Every operation that the management API has: nothing is served, documented or offered that is not in this list. */
import { apiOperations } from './api.ts'
import { applicationOperations } from './application.ts'
import { askedRedirectUriOperations } from './asked-redirect-uri.ts'
import { auditOperations } from './audit.ts'
import { bulkOperations } from './bulk.ts'
import { categoryOperations } from './category.ts'
import { clientOperations } from './client.ts'
import { clientSecretOperations } from './client-secret.ts'
import { configurationOperations } from './configuration.ts'
import { connectOperations } from './connect.ts'
import { connectionOperations } from './connection.ts'
import { connectorOperations } from './connector.ts'
import { connectorRunOperations } from './connector-run.ts'
import { consentOperations } from './consent.ts'
import { deletedOperations } from './deleted.ts'
import { environmentOperations } from './environment.ts'
import { eventOperations } from './event.ts'
import { grantOperations } from './grant.ts'
import { healthOperations } from './health.ts'
import { historyOperations } from './history.ts'
import { inspectOperations } from './inspect.ts'
import { legacyUseOperations } from './legacy-use.ts'
import { loginFailureOperations } from './login-failures.ts'
import { meOperations } from './me.ts'
import { oauthServerOperations } from './oauth-server.ts'
import { oauthServerTrialOperations } from './oauth-server-trial.ts'
import type { Operation } from './operation.ts'
import { profileOperations } from './profile.ts'
import { realmOperations } from './realm.ts'
import { realmListOperations } from './realm-lists.ts'
import { roleOperations } from './role.ts'
import { scopeOperations } from './scope.ts'
import { sealOperations } from './seal.ts'
import { sessionOperations } from './session.ts'
import { signingKeyOperations } from './signing-key.ts'
import { userOperations } from './user.ts'

export const operations: readonly Operation[] = [
  ...meOperations,
  ...realmOperations,
  ...clientOperations,
  ...clientSecretOperations,
  ...askedRedirectUriOperations,
  ...grantOperations,
  ...userOperations,
  ...sessionOperations,
  ...loginFailureOperations,
  ...roleOperations,
  ...scopeOperations,
  ...apiOperations,
  ...signingKeyOperations,
  ...environmentOperations,
  ...applicationOperations,
  ...categoryOperations,
  ...oauthServerOperations,
  ...oauthServerTrialOperations,
  ...connectOperations,
  ...profileOperations,
  ...connectorOperations,
  ...connectorRunOperations,
  ...legacyUseOperations,
  ...auditOperations,
  ...deletedOperations,
  ...historyOperations,
  ...bulkOperations,
  ...healthOperations,
  ...realmListOperations,
  ...consentOperations,
  ...inspectOperations,
  ...eventOperations,
  ...configurationOperations,
  ...connectionOperations,
  ...sealOperations,
]
