/** A secret that is shown this once: copied, or saved as a line of a `.env` file. */
import { Alert, Button, Code, CopyButton, Group, Stack } from '@mantine/core'
import { Check, Copy, FileDown, KeyRound } from 'lucide-react'
import type { ReactNode } from 'react'
import { hand } from '../list/download.ts'
import { Dialog } from './dialog.tsx'

interface SecretProps {
  readonly secret: string
  /** Lines of the `.env` file besides the secret: `CLIENT_ID` and the like, in their order. */
  readonly env: Readonly<Record<string, string>>
  /** `shop-web.env`. */
  readonly fileName: string
}

export function Secret({ secret, env, fileName }: SecretProps): ReactNode {
  const save = () => {
    const lines = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}\n`)
    hand(new Blob(lines, { type: 'text/plain' }), fileName)
  }
  return (
    <Stack gap="sm">
      <Alert color="amber" variant="light" icon={<KeyRound aria-hidden />}>
        Copy it now: only a digest of it is kept, and it is never shown again.
      </Alert>
      <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }} aria-label="The secret">
        {secret}
      </Code>
      <Group gap="xs">
        <CopyButton value={secret} timeout={2000}>
          {({ copied, copy }) => (
            <Button
              onClick={copy}
              leftSection={copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" leftSection={<FileDown size={15} aria-hidden />} onClick={save}>
          Save as .env
        </Button>
      </Group>
    </Stack>
  )
}

interface SecretDialogProps extends Omit<SecretProps, 'secret'> {
  readonly title: string
  /** Undefined: closed. */
  readonly secret: string | undefined
  readonly onClose: () => void
}

/** Closes by its button alone: a stray click must not lose the secret. */
export function SecretDialog({ title, secret, onClose, ...shown }: SecretDialogProps): ReactNode {
  return (
    <Dialog
      opened={secret !== undefined}
      onClose={onClose}
      title={title}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      {secret !== undefined && <Secret secret={secret} {...shown} />}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          I have kept it
        </Button>
      </Group>
    </Dialog>
  )
}

function quoted(value: string): string {
  return /^[\w.:/@+-]*$/.test(value) ? value : `'${value.replaceAll("'", `'"'"'`)}'`
}
