/** A file is chosen, what it would change is shown, and only then it is applied: all of it, or nothing. */
import { useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useWatch } from 'react-hook-form'
import { ProblemError } from '#contract/caller.ts'
import { type ConfigurationApplied, type ConfigurationPlan, planConfiguration } from '#contract/configuration.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { type ContractForm, useCreateForm } from '../../parts/form/contract-form.ts'
import { SwitchField } from '../../parts/form/fields.tsx'
import { Form, FormSection } from '../../parts/form/form.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { sentence } from '../../parts/show/text.ts'
import { Applied } from './applied.tsx'
import { DocumentField } from './document-field.tsx'
import { lineOf } from './document-text.ts'
import { Plan, type Planned } from './plan.tsx'
import { SecretsFields } from './secrets-fields.tsx'

export function ApplyTab(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/configuration/apply' })
  const mayWrite = useMayWrite(realm)
  const [applied, setApplied] = useState<ConfigurationApplied>()
  if (!mayWrite) return <Empty title="You may look, but not change" text="Ask an administrator of this realm." />
  if (applied) return <Applied realm={realm} of={applied} onAgain={() => setApplied(undefined)} />
  return <Apply key={realm} realm={realm} onApplied={setApplied} />
}

interface ApplyProps {
  readonly realm: string
  readonly onApplied: (applied: ConfigurationApplied) => void
}

function Apply({ realm, onApplied }: ApplyProps): ReactNode {
  const [plan, setPlan] = useState<ConfigurationPlan>()
  const of = useCreateForm({
    operation: planConfiguration,
    params: { realm },
    values: { yaml: '', prune: false, secrets: {} },
    onDone: setPlan,
  })
  // After a plan the form begins anew with what was sent: whatever differs was typed since.
  const isStale = of.form.formState.isDirty
  const refused = refusalOf(of)
  return (
    <Form
      of={refused === undefined ? of : { ...of, problem: undefined }}
      back={{ to: '/realms/$realm/configuration', params: { realm } }}
      titles={{ yaml: 'Document', prune: 'Delete what the file does not name' }}
      submitLabel="Plan"
    >
      <FormSection
        title="File"
        text="Nothing is changed by a plan. A field that the file leaves out gets its default; a section that it leaves out is left alone."
      >
        <DocumentField refused={refused} />
        <SwitchField
          name="prune"
          label="Delete what the file does not name"
          hint="Only in sections that the file has: with “roles:” in it, roles that are not listed there are deleted. People and what is built in never are."
        />
      </FormSection>
      <Secrets />
      {plan && !isStale && (
        <FormSection title="Plan" text="What applying the file would change, now.">
          <Watched>
            {(planned) => <Plan key={plan.fingerprint} realm={realm} plan={plan} of={planned} onApplied={onApplied} />}
          </Watched>
        </FormSection>
      )}
    </Form>
  )
}

/** What the server has against a place in the document: `Line 3, clients.0.scope: the realm has no scope orders:nothing.` */
function refusalOf({ form, problem }: ContractForm): string | undefined {
  if (!(problem instanceof ProblemError) || problem.problem.field === undefined) return undefined
  const { field, detail } = problem.problem
  const line = lineOf(String(form.getValues('yaml')), field)
  return line === undefined ? sentence(problem.message) : sentence(`line ${line}, ${field}: ${detail}`)
}

function Secrets(): ReactNode {
  return <SecretsFields yaml={String(useWatch({ name: 'yaml' }))} />
}

/** What was planned is what is applied. */
function Watched({ children }: { children: (planned: Planned) => ReactNode }): ReactNode {
  const [yaml, prune, secrets] = useWatch({ name: ['yaml', 'prune', 'secrets'] }) as [
    string,
    boolean,
    Record<string, string>,
  ]
  return children({ yaml, prune, secrets })
}
