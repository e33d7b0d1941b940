/** What the groups of commands are about, for who looks for the right one. A group that is not named here is its noun. */
const ABOUT: Readonly<Record<string, string>> = {
  me: 'who the server takes you for',
  realms: 'tenants: each an issuer with its own clients, users and keys',
  clients: 'applications that get tokens',
  secrets: 'what a client authenticates with',
  'asked-redirect-uris': 'redirect URIs that were asked for and are not registered',
  tokens: 'what holds at this moment, and what a token says',
  users: 'people',
  roles: 'what people may do, as their applications see it',
  scopes: 'what clients may ask for',
  apis: 'what tokens are for',
  keys: 'what tokens are signed with',
  sessions: 'who is logged in, and where',
  grants: 'what people have allowed clients, and still holds',
  consents: 'what people have agreed to',
  'login-failures': 'failed logins that make somebody wait',
  'legacy-uses': 'who still comes by the older shapes',
  audit: 'what was changed, and by whom',
  events: 'what happened at the doors',
  history: 'earlier versions, and the way back',
  deleted: 'the recycle bin',
  environments: 'layers over the settings of OAuth servers',
  applications: 'layers over the settings of OAuth servers',
  categories: 'folders of OAuth servers',
  'oauth-servers': "other people's authorization servers, and our credentials there",
  profiles: 'what is known of providers',
  connections: 'tokens that other servers gave us',
  connectors: "calls that are made with other servers' tokens",
  'secret-stores': 'external stores that hold secrets in our place',
}

export function aboutGroup(noun: string): string {
  return ABOUT[noun] ?? noun.replaceAll('-', ' ')
}
