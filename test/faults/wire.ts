/**
 * The wire between a node and its database: bytes go through as they come, until it is frozen, which looks to the node
 * like a database machine that hangs or a network that swallows: nothing is refused and nothing comes.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'

export class Wire {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #frozen = false

  private constructor(target: URL) {
    this.#server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname)
      near.pipe(far)
      far.pipe(near)
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one)
        if (this.#frozen) one.pause()
        one.on('error', () => other.destroy())
        one.on('close', () => {
          this.#sockets.delete(one)
          other.destroy()
        })
      }
    })
  }

  static async to(url: string): Promise<Wire> {
    const wire = new Wire(new URL(url))
    await new Promise<void>((resolve) => {
      wire.#server.listen(0, '127.0.0.1', resolve)
    })
    return wire
  }

  /** `url` as it is reached over this wire. */
  over(url: string): string {
    const address = this.#server.address()
    const changed = new URL(url)
    changed.port = String(address !== null && typeof address === 'object' ? address.port : 0)
    return changed.href
  }

  freeze(): void {
    this.#frozen = true
    for (const socket of this.#sockets) socket.pause()
  }

  thaw(): void {
    this.#frozen = false
    for (const socket of this.#sockets) socket.resume()
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}
