/** The first steps in a realm, until they are done or somebody has seen enough of them. */
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Circle, CircleCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { listClients } from '#contract/client.ts'
import { listUsers } from '#contract/user.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { Section } from '../../parts/page/page.tsx'
import { usePreference } from '../../parts/person/preferences.ts'
import styles from './home.module.css'

interface Step {
  readonly title: string
  readonly text: ReactNode
  readonly isDone: boolean
}

export function Checklist({ realm }: { realm: string }): ReactNode {
  const [isHidden, setIsHidden] = usePreference(`checklist-hidden.${realm}`, false)
  const steps = useSteps(realm)
  const isWanted = useMayWrite(realm) && realm !== 'system' && !isHidden
  if (!isWanted || steps === undefined || steps.every(({ isDone }) => isDone)) return null
  return (
    <Section
      title="First steps"
      actions={
        <Button variant="subtle" color="gray" onClick={() => setIsHidden(true)}>
          Hide
        </Button>
      }
    >
      <ol className={styles.steps}>
        {steps.map(({ title, text, isDone }) => (
          <li key={title} data-done={isDone || undefined}>
            {isDone ? <CircleCheck size={18} aria-label="Done" /> : <Circle size={18} aria-label="To do" />}
            <div>
              <strong>{title}</strong>
              <p>{text}</p>
            </div>
          </li>
        ))}
      </ol>
    </Section>
  )
}

/** Undefined while it is not known. The client of the first start is there for whoever tries: it counts as nobody's. */
function useSteps(realm: string): readonly Step[] | undefined {
  const params = { realm }
  const clients = useRead(listClients, { params, query: { built_in: 'false', page_size: 2 } })
  const used = useRead(listClients, { params, query: { token_created_at: '>0', page_size: 1 } })
  const users = useRead(listUsers, { params, query: { page_size: 1 } })
  if (!clients.data || !used.data || !users.data) return undefined
  const own = clients.data.value.items.filter(({ registered_by }) => registered_by === 'administrator')
  return [
    {
      title: 'Register a client',
      text: (
        <>
          An application that gets tokens:{' '}
          <Link to="/realms/$realm/new-client" params={params}>
            new client
          </Link>
          .
        </>
      ),
      isDone: own.length > 0,
    },
    {
      title: 'Get a first token',
      text: (
        <>
          With your own client or the one named quick-start: <a href="/docs/quick-start.md">quick start</a>.
        </>
      ),
      isDone: used.data.value.total > 0,
    },
    {
      title: 'Add a person',
      text: (
        <>
          Someone who signs in to your applications:{' '}
          <Link to="/realms/$realm/users/new" params={params}>
            new user
          </Link>
          . Machines need nobody.
        </>
      ),
      isDone: users.data.value.total > 0,
    },
  ]
}
