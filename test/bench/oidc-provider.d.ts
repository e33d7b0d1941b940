/** It comes without types; the benchmark uses this little of it. */
declare module 'oidc-provider' {
  import type { Server } from 'node:http'

  export class Provider {
    constructor(issuer: string, configuration: object)
    listen(port: number, host: string, ready: () => void): Server
  }
}
