/** What takes longer than a second says how far it is, to people only: one line of the terminal, gone at the end. */
import { safe } from './print.ts'
import type { World } from './world.ts'

const PATIENCE_MS = 1000

export interface Progress {
  show(text: string): void
  end(): void
}

export function startProgress(world: World): Progress {
  const began = performance.now()
  let isShown = false
  return {
    show(text) {
      if (performance.now() - began < PATIENCE_MS) return
      isShown = true
      world.terminal?.line(safe(text))
    },
    end() {
      if (isShown) world.terminal?.line('')
    },
  }
}
