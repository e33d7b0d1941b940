/** Who is signed in; what they chose for themselves; the way out. */
import { Menu, useMantineColorScheme } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { ChevronsUpDown, Keyboard, LogOut, Monitor, Moon, Sun } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { useMe } from '../parts/api/rights.ts'
import { currentState } from '../parts/api/session.ts'
import { Help } from './help.tsx'
import styles from './rail.module.css'

const themes = [
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
  { value: 'auto', label: 'As the system', icon: Monitor },
] as const

export function Account(): ReactNode {
  const me = useMe()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const [isHelpOpen, help] = useDisclosure(false)
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
          {themes.map(({ value, label, icon: Icon }) => (
            <Menu.Item
              key={value}
              role="menuitemradio"
              aria-checked={colorScheme === value}
              leftSection={<Icon size={15} aria-hidden />}
              rightSection={colorScheme === value ? '•' : undefined}
              closeMenuOnClick={false}
              onClick={() => setColorScheme(value)}
            >
              {label}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<Keyboard size={15} aria-hidden />} rightSection="?" onClick={help.open}>
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
      <Help isOpen={isHelpOpen} onOpen={help.open} onClose={help.close} />
    </>
  )
}
