import type { ReactNode } from 'react'

export function ClientSettings(): ReactNode {
  return null
}
