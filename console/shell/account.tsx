/** Who is signed in; what they chose for themselves; the way out. */
import { Menu, useMantineColorScheme } from '@mantine/core'
import { ChevronsUpDown, Keyboard, LogOut, Monitor, Moon, Sun } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { useMe } from '../parts/api/rights.ts'
import { currentState } from '../parts/api/session.ts'
import styles from './rail.module.css'

const themes = [
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
  { value: 'auto', label: 'As the system', icon: Monitor },
] as const

export function Account({ onHelp }: { onHelp: () => void }): ReactNode {
  const me = useMe()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const form = useRef<HTMLFormElement>(null)
  return (
    <>
      <Menu width={224} position="top-start">
        <Menu.Target>
          <button type="button" className={styles.account}>
            <span className={styles.face} aria-hidden>
              {me.name.charAt(0).toUpperCase()}
            </span>
            <div>
              <strong dir="auto">{me.name}</strong>
              <small>{me.roles.join(', ')}</small>
            </div>
            <ChevronsUpDown size={14} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Theme</Menu.Label>
          <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as typeof colorScheme)}>
            {themes.map(({ value, label, icon: Icon }) => (
              <Menu.RadioItem
                key={value}
                value={value}
                closeMenuOnClick={false}
                rightSection={<Icon size={15} aria-hidden />}
              >
                {label}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Divider />
          <Menu.Item leftSection={<Keyboard size={15} aria-hidden />} rightSection="?" onClick={onHelp}>
            Help and keys
          </Menu.Item>
          <Menu.Item leftSection={<LogOut size={15} aria-hidden />} onClick={() => form.current?.requestSubmit()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <form ref={form} method="post" action="/console/sign-out" hidden>
        <input type="hidden" name="csrf_token" value={currentState().me.csrf_token ?? ''} />
      </form>
    </>
  )
}
