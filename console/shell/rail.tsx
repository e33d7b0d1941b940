/** The navigation: the mark, the realm, the pages, and at its foot the person. */
import { Link, useMatchRoute, useRouterState } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react'
import { seesPlatform, useMe } from '../parts/api/rights.ts'
import { bringOpenItemInSight } from '../parts/page/in-sight.ts'
import { Account } from './account.tsx'
import mark from './mark.svg'
import { type NavigationGroup, navigation } from './navigation.ts'
import styles from './rail.module.css'
import { RealmSwitcher } from './realm-switcher.tsx'

/** What it counts is worked out anew each time: it comes after the page. */
const Bell = lazy(async () => ({ default: (await import('./bell.tsx')).Bell }))

interface RailProps {
  readonly realm: string
  readonly onHelp: () => void
}

export function Rail({ realm, onHelp }: RailProps): ReactNode {
  const me = useMe()
  const shown = navigation.filter(({ reach }) => reach !== 'platform' || seesPlatform(me))
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const pages = useRef<HTMLDivElement>(null)
  // On a low screen not all have a place: the one that is open is among those that are seen.
  useEffect(() => {
    if (path) bringOpenItemInSight(pages.current)
  }, [path])
  return (
    <nav className={styles.rail} aria-label="Console">
      <div className={styles.head}>
        <div className={styles.top}>
          <Link to="/" className={styles.brand}>
            <img src={mark} width={26} height={26} alt="" />
            <span>
              Sallyport
              {/* Which installation this is: tests, trials and the real one look alike. */}
              <small>{location.host}</small>
            </span>
          </Link>
          <Suspense>
            <Bell realm={realm} />
          </Suspense>
        </div>
        <RealmSwitcher realm={realm} />
      </div>
      <div ref={pages} className={styles.pages}>
        {shown.map((group) => (
          <Group key={group.label ?? ''} group={group} realm={realm} />
        ))}
      </div>
      <Account onHelp={onHelp} />
    </nav>
  )
}

const active = { 'data-active': true, 'aria-current': 'page' } as const

function Group({ group, realm }: { group: NavigationGroup; realm: string }): ReactNode {
  const matches = useMatchRoute()
  return (
    <section data-door={group.door} className={styles.group}>
      {group.label !== undefined && <h2 className={styles.label}>{group.label}</h2>}
      <ul>
        {group.items.map(({ label, to, icon: Icon, also }) => (
          <li key={label}>
            <Link
              to={to}
              params={{ realm }}
              className={styles.item}
              activeProps={active}
              activeOptions={{ exact: to === '/realms/$realm', includeSearch: false }}
              {...(also !== undefined && matches({ to: also, params: { realm }, fuzzy: true }) !== false && active)}
            >
              <Icon size={16} aria-hidden strokeWidth={1.9} />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
