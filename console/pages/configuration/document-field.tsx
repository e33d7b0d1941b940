/** The document: pasted, typed, or read from a file. */
import { Button, FileButton, Textarea } from '@mantine/core'
import { FileUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { useField } from '../../parts/form/fields.tsx'
import { tellNotice } from '../../parts/show/problem.tsx'

const longest = 1_000_000

/** `refused` is what the server has against the document. */
export function DocumentField({ refused }: { refused: string | undefined }): ReactNode {
  const { value, change, leave, ref, common } = useField({
    name: 'yaml',
    label: 'Document',
    hint: 'Paste YAML, or drop a file here.',
    isRequired: true,
  })
  const take = async (file: File | null | undefined) => {
    if (!file) return
    if (file.size > longest) tellNotice('The file is too long', 'A document has at most 1 MB.')
    else change(await file.text())
  }
  return (
    <>
      <Textarea
        {...common}
        error={common.error ?? refused}
        ref={ref}
        value={String(value)}
        onChange={(event) => change(event.currentTarget.value)}
        onBlur={leave}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          const [file] = event.dataTransfer.files
          if (!file) return
          event.preventDefault()
          void take(file)
        }}
        rows={14}
        spellCheck={false}
        placeholder={'clients:\n  - client_id: shop-web\n    redirect_uris:\n      - https://shop.example/callback'}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8125rem' } }}
      />
      <div>
        <FileButton accept=".yaml,.yml,application/yaml,text/yaml" onChange={(file) => void take(file)} resetRef={null}>
          {(props) => (
            <Button {...props} variant="default" leftSection={<FileUp size={15} aria-hidden />}>
              Choose a file
            </Button>
          )}
        </FileButton>
      </div>
    </>
  )
}
