/** What has a sensible default stays folded until it is wanted, or refused. */
import { Button } from '@mantine/core'
import { ChevronDown } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useFormState } from 'react-hook-form'
import styles from './form.module.css'

interface FoldedProps {
  /** The fields that are in it: a complaint about one of them opens it. */
  readonly fields: readonly string[]
  /** Open from the start. */
  readonly isOpen?: boolean
  readonly children: ReactNode
}

export function Folded({ fields, isOpen = false, children }: FoldedProps): ReactNode {
  const [isWanted, setWanted] = useState(isOpen)
  const { errors } = useFormState()
  if (isWanted || fields.some((name) => name in errors)) return children
  return (
    <div className={styles.folded}>
      <Button variant="default" rightSection={<ChevronDown size={15} aria-hidden />} onClick={() => setWanted(true)}>
        More settings
      </Button>
    </div>
  )
}
