import { useNavigate, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { createConnector } from '#contract/connector.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useCreateForm } from '../../parts/form/contract-form.ts'
import { Form } from '../../parts/form/form.tsx'
import { Page } from '../../parts/page/page.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { ConnectorFields } from './connector-fields.tsx'
import { emptyValues, titles } from './connector-values.ts'

export function NewConnectorPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/new-connector' })
  const mayWrite = useMayWrite(realm)
  return (
    <Page
      title="New connector"
      crumbs={[{ label: 'Connectors', to: '/realms/$realm/connectors', params: { realm } }]}
      lead="A request that is saved, and runs with the token of an OAuth server."
    >
      {mayWrite ? (
        <NewConnector realm={realm} />
      ) : (
        <Empty title="You may look, but not change" text="Ask an administrator of this realm." />
      )}
    </Page>
  )
}

function NewConnector({ realm }: { realm: string }): ReactNode {
  const navigate = useNavigate()
  const create = useCreateForm({
    operation: createConnector,
    params: { realm },
    values: emptyValues,
    onDone: ({ name }) => {
      tellDone(`${name} was made`)
      void navigate({ to: '/realms/$realm/connectors/$name/run', params: { realm, name } })
    },
  })
  return (
    <Form of={create} back={{ to: '/realms/$realm/connectors', params: { realm } }} titles={titles} submitLabel="Save">
      <ConnectorFields realm={realm} />
    </Form>
  )
}
