/** How a program becomes this client: where the realm answers, and a program that works for each grant it may use. */
import '@mantine/core/styles/FloatingIndicator.css'
import '@mantine/core/styles/SegmentedControl.css'
import { SegmentedControl, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Client } from '#contract/client.ts'
import { Section } from '../../parts/page/page.tsx'
import { usePreference } from '../../parts/person/preferences.ts'
import { Empty } from '../../parts/show/empty.tsx'
import { Snippet } from '../../parts/show/snippet.tsx'
import { grantNames } from './client-values.ts'
import { Endpoints } from './endpoints.tsx'
import { curl } from './quick-start/curl.ts'
import { go } from './quick-start/go.ts'
import { java } from './quick-start/java.ts'
import { node } from './quick-start/node.ts'
import { python } from './quick-start/python.ts'
import { type Grant, placeOf, type Snippets, startGrants } from './quick-start/snippet-place.ts'
import styles from './quick-start.module.css'

const languages: Readonly<Record<string, { readonly label: string; readonly snippets: Snippets }>> = {
  curl: { label: 'curl', snippets: curl },
  node: { label: 'Node.js', snippets: node },
  python: { label: 'Python', snippets: python },
  go: { label: 'Go', snippets: go },
  java: { label: 'Java', snippets: java },
}

interface QuickStartProps {
  readonly realm: string
  readonly client: Client
  /** Undefined: the first that the client may use. */
  readonly grant?: string | undefined
  readonly onGrant: (grant: Grant) => void
}

export function QuickStart({ realm, client, grant, onGrant }: QuickStartProps): ReactNode {
  const [preferred, setLanguage] = usePreference('quick-start-language', 'curl')
  const language = preferred in languages ? preferred : 'curl'
  const grants = startGrants.filter((one) => client.grant_types.includes(one))
  const chosen = grants.find((one) => one === grant) ?? grants[0]
  return (
    <>
      <Section title="A program that works">
        {chosen === undefined ? (
          <Empty
            title="There is no grant to begin with"
            text="Allow one under Settings, Allowed grant types, and the program for it stands here."
          />
        ) : (
          <div className={styles.program}>
            <Choice
              label="Grant"
              value={chosen}
              choices={grants.map((one) => ({ value: one, label: grantNames[one] ?? one }))}
              onChange={(value) => onGrant(value as Grant)}
            />
            <Choice
              label="Language"
              value={language}
              choices={Object.entries(languages).map(([value, { label }]) => ({ value, label }))}
              onChange={setLanguage}
            />
            <Text size="sm" c="dimmed">
              {needs(client, language, chosen)}
            </Text>
            <Snippet
              text={languages[language]?.snippets[chosen](placeOf(realm, client, chosen)) ?? ''}
              label={`${languages[language]?.label} program`}
            />
          </div>
        )}
      </Section>
      <Section title="Endpoints">
        <Endpoints realm={realm} grantTypes={client.grant_types} />
      </Section>
    </>
  )
}

function needs({ token_endpoint_auth_method: method }: Client, language: string, grant: Grant): string {
  if (method === 'none' && grant === 'authorization_code') {
    return 'It is a public client: there is no secret, PKCE proves that a code is its own.'
  }
  if (method === 'none') return 'It is a public client: there is no secret.'
  if (language === 'curl') return 'Put the secret where the placeholder is.'
  if (method === 'private_key_jwt') return 'It proves who it is by its own key, which only the program has.'
  return 'It reads the secret from the environment, as OAUTH_CLIENT_SECRET: put it into no source file.'
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly choices: readonly { readonly value: string; readonly label: string }[]
  readonly onChange: (value: string) => void
}

/** One of a few, side by side; where there is no room for that they wrap. */
function Choice({ label, value, choices, onChange }: ChoiceProps): ReactNode {
  return (
    <SegmentedControl
      aria-label={label}
      value={value}
      data={[...choices]}
      onChange={onChange}
      classNames={{ root: styles.choice ?? '' }}
    />
  )
}
