/** What a program needs to know to be this client, as lines of a `.env` file. */

/** The issuer follows the public URL, which is where the console is seen. */
export function issuerOf(realm: string): string {
  return `${location.origin}/realms/${realm}`
}

export function envOf(realm: string, clientId: string, secret: string | undefined): Readonly<Record<string, string>> {
  return {
    OAUTH_ISSUER: issuerOf(realm),
    OAUTH_CLIENT_ID: clientId,
    ...(secret === undefined ? {} : { OAUTH_CLIENT_SECRET: secret }),
  }
}

export function fileNameOf(clientId: string): string {
  return `${clientId.replaceAll(/[^\w.-]+/g, '-').slice(0, 80)}.env`
}
