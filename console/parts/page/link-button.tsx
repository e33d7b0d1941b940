/** A link that looks like a button: it has an address, so it can be opened beside, and sent to somebody. */
import { Button, type ButtonProps } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Target } from '../list/action.ts'

interface LinkButtonProps extends Pick<ButtonProps, 'variant' | 'leftSection'> {
  readonly at: Target
  readonly children: ReactNode
}

export function LinkButton({ at, ...button }: LinkButtonProps): ReactNode {
  return <Button component={Link} {...button} {...(at as object)} />
}
