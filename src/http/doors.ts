/** Where the doors are: URLs that more than one room prints. They follow the public URL, never the Host header. */

/** The issuer of a realm (RFC 8414 §2); its endpoints lie below it. */
export function issuerUrl(publicUrl: string, realm: string): string {
  return `${publicUrl}/realms/${realm}`
}

/** The audience of the management API. */
export function managementApiUrl(publicUrl: string): string {
  return `${publicUrl}/api/v1`
}
