/** Another realm, found by a part of its name. The page's kind stays: clients of one realm lead to clients of the other. */
import { Menu, TextInput } from '@mantine/core'
import { useNavigate, useRouterState } from '@tanstack/react-router'
import { Check, ChevronsUpDown, Search } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useMe } from '../parts/api/rights.ts'
import styles from './rail.module.css'

/** More are found by typing. */
const shownAtOnce = 100

export function RealmSwitcher({ realm }: { realm: string }): ReactNode {
  const { realms } = useMe()
  const [part, setPart] = useState('')
  const [isOpen, setIsOpen] = useState(false)
  const goTo = useGoToRealm()
  const found = realms.filter((name) => name.includes(part.trim().toLowerCase())).slice(0, shownAtOnce)
  return (
    <Menu width={230} position="bottom-start" opened={isOpen} onChange={setIsOpen} onClose={() => setPart('')}>
      <Menu.Target>
        <button type="button" className={styles.realm}>
          <span>
            <small>Realm </small>
            {realm}
          </span>
          <ChevronsUpDown size={14} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {realms.length > 6 && (
          <TextInput
            aria-label="Find a realm"
            placeholder="Find a realm"
            leftSection={<Search size={14} aria-hidden />}
            value={part}
            onChange={(event) => setPart(event.currentTarget.value)}
            onKeyDown={(event) => {
              const [first] = found
              if (event.key === 'Enter' && first !== undefined) {
                setIsOpen(false)
                goTo(first)
              }
            }}
            mb={4}
            data-autofocus
          />
        )}
        <div className={styles.realmList}>
          {found.map((name) => (
            <Menu.Item
              key={name}
              onClick={() => goTo(name)}
              aria-current={name === realm ? 'true' : undefined}
              rightSection={name === realm ? <Check size={14} aria-hidden /> : undefined}
            >
              {name}
            </Menu.Item>
          ))}
          {found.length === 0 && <Menu.Label>No realm has that in its name</Menu.Label>}
        </div>
      </Menu.Dropdown>
    </Menu>
  )
}

/** To the same list in the other realm; what is open of one object leads to its list. */
function useGoToRealm(): (realm: string) => void {
  const navigate = useNavigate()
  const section = useRouterState({
    select: ({ location }) => /^(?:\/console)?\/realms\/[^/]+\/([^/]+)/.exec(location.pathname)?.[1],
  })
  return (realm) => {
    const path = `/realms/${realm}${section === undefined ? '' : `/${section}`}`
    void navigate({ to: path })
  }
}
