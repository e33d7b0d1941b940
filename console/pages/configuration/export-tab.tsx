/** The realm's document, to be looked at and saved. */
import { Button } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { FileDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { exportConfiguration } from '#contract/configuration.ts'
import { useRead } from '../../parts/api/call.ts'
import { hand } from '../../parts/list/download.ts'
import { Section } from '../../parts/page/page.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { Snippet } from '../../parts/show/snippet.tsx'
import styles from './configuration.module.css'

export function ExportTab(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/configuration/' })
  const { data, error, refetch } = useRead(exportConfiguration, { params: { realm } })
  if (error !== null) return <ProblemAlert error={error} onRetry={() => void refetch()} />
  if (data === undefined) return null
  const { yaml } = data.value
  return (
    <>
      <Section
        title={`${realm}.yaml`}
        actions={
          <Button
            leftSection={<FileDown size={15} aria-hidden />}
            onClick={() => hand(new Blob([yaml], { type: 'application/yaml' }), `${realm}.yaml`)}
          >
            Export as YAML
          </Button>
        }
      >
        <p className={styles.note}>
          Fields that have their default are left out. Secrets stay where they are: in a file they stand as references
          to a variable or a file of whoever applies it.
        </p>
        <Snippet label="the document" text={yaml} />
      </Section>
      <Section title="The same in a terminal">
        <Snippet label="commands" text={commands(realm)} />
      </Section>
    </>
  )
}

function commands(realm: string): string {
  return [
    `sallyport export --realm ${realm} --output ${realm}.yaml`,
    `sallyport plan ${realm}.yaml --realm ${realm}`,
    `sallyport apply ${realm}.yaml --realm ${realm} --yes`,
  ].join('\n')
}
