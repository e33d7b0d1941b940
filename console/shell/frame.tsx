/** The frame around every page: navigation at the side (a drawer on narrow screens), the page's place, what is announced. */
import { ActionIcon, Button, Group } from '@mantine/core'
import { useDisclosure, useMediaQuery } from '@mantine/hooks'
import { type ErrorComponentProps, Outlet, useParams, useRouter, useRouterState } from '@tanstack/react-router'
import { Menu } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react'
import { useMe } from '../parts/api/rights.ts'
import { Page } from '../parts/page/page.tsx'
import { isTyping } from '../parts/person/keys.ts'
import { usePreference } from '../parts/person/preferences.ts'
import { ProblemAlert } from '../parts/show/problem.tsx'
import styles from './frame.module.css'
import { homeRealm } from './home-realm.ts'
import mark from './mark.svg'
import { Rail } from './rail.tsx'

const Help = lazy(async () => ({ default: (await import('./help.tsx')).Help }))
const NarrowRail = lazy(async () => ({ default: (await import('./narrow-rail.tsx')).NarrowRail }))

export function Frame(): ReactNode {
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  const path = useRouterState({ select: (state) => state.location.pathname })
  const realm = useCurrentRealm()
  /** The drawer belongs to the page on which it was opened: whoever goes to another has chosen. */
  const [openedAt, setOpenedAt] = useState<string>()
  const [isHelpOpen, help] = useDisclosure(false)
  useHelpKey(help.open)
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#page">
        Skip to the page
      </a>
      {isNarrow ? (
        <div className={styles.topbar}>
          <ActionIcon size={36} color="gray.0" aria-label="Open the navigation" onClick={() => setOpenedAt(path)}>
            <Menu size={20} aria-hidden />
          </ActionIcon>
          <img src={mark} width={24} height={24} alt="" />
          <span className={styles.topname}>Sallyport</span>
          <span className={styles.toprealm}>Realm {realm}</span>
          <Suspense>
            <NarrowRail
              isOpen={openedAt === path}
              onClose={() => setOpenedAt(undefined)}
              realm={realm}
              onHelp={() => {
                setOpenedAt(undefined)
                help.open()
              }}
            />
          </Suspense>
        </div>
      ) : (
        <div className={styles.side}>
          <Rail realm={realm} onHelp={help.open} />
        </div>
      )}
      <main id="page" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
      <RouteAnnouncer path={path} />
      {isHelpOpen && (
        <Suspense>
          <Help onClose={help.close} />
        </Suspense>
      )}
    </div>
  )
}

/** The realm of the page where it is one of the person's, else the one that they were in last. */
export function useCurrentRealm(): string {
  const { realm } = useParams({ strict: false })
  const { realms } = useMe()
  return realm !== undefined && realms.includes(realm) ? realm : homeRealm()
}

/** `?`, unless single keys are switched off; the navigation need not be in sight. */
function useHelpKey(onHelp: () => void): void {
  const [hasKeys] = usePreference('single-keys', true)
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === '?' && hasKeys && !isTyping(event)) onHelp()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [hasKeys, onHelp])
}

/** Says the new page's title to screen readers, and moves the focus to the page, as a full load would. */
function RouteAnnouncer({ path }: { path: string }): ReactNode {
  const place = useRef<HTMLDivElement>(null)
  const before = useRef(path)
  useEffect(() => {
    if (before.current === path) return undefined
    before.current = path
    const timer = setTimeout(() => {
      if (place.current) place.current.textContent = document.title
      const isInDialog = document.activeElement?.closest('[role="dialog"]') !== null
      const page = document.getElementById('page')
      if (page && !isInDialog && !page.contains(document.activeElement)) page.focus({ preventScroll: true })
    }, 150)
    return () => clearTimeout(timer)
  }, [path])
  return <div ref={place} className={styles.announcer} role="status" aria-live="polite" />
}

export function MissingPage(): ReactNode {
  const router = useRouter()
  return (
    <Page title="There is no such page" lead="It may have been deleted, or it is not yours to see.">
      <Group gap="xs">
        <Button variant="default" onClick={() => router.history.back()}>
          Back
        </Button>
        <Button onClick={() => void router.navigate({ to: '/' })}>Home</Button>
      </Group>
    </Page>
  )
}

export function FailedPage({ error, reset }: ErrorComponentProps): ReactNode {
  return (
    <div className={styles.failed}>
      <ProblemAlert error={error} onRetry={reset} />
    </div>
  )
}
