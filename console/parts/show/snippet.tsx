/** Text to be taken along: a command, a configuration, an address. */
import { ActionIcon, CopyButton, Tooltip } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './snippet.module.css'

interface SnippetProps {
  readonly text: string
  /** What it is, for who does not see it: `Redirect URI`, `curl command`. */
  readonly label: string
}

export function Snippet({ text, label }: SnippetProps): ReactNode {
  return (
    <div className={styles.snippet}>
      <pre>{text}</pre>
      <CopyText text={text} label={label} />
    </div>
  )
}

/** The button alone. */
export function CopyText({ text, label }: SnippetProps): ReactNode {
  return (
    <CopyButton value={text} timeout={2000}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : 'Copy'}>
          <ActionIcon aria-label={copied ? `Copied ${label}` : `Copy ${label}`} onClick={copy}>
            {copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  )
}
