/** The head of a page: where it lies, what it is called, what can be done with it. Sets the document's title. */
import { Link, type LinkProps, useRouter, useRouterState } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { Fragment, type ReactNode, useEffect, useRef } from 'react'
import type { Target } from '../list/action.ts'
import { ProblemAlert } from '../show/problem.tsx'
import { bringOpenItemInSight } from './in-sight.ts'
import styles from './page.module.css'

export interface Crumb extends Target {
  readonly label: string
}

interface PageProps {
  readonly title: string
  /** Shown in place of the title where more than text belongs there. */
  readonly heading?: ReactNode
  /** The way from the top, without the page itself. */
  readonly crumbs?: readonly Crumb[]
  /** One sentence below the title. */
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  readonly tabs?: readonly Tab[]
  /** `fill`: the content has the height of the window and scrolls by itself, as a list does. */
  readonly layout?: 'flow' | 'fill'
  /** The reading of what the page is about: while there is none of it, and why, no parts are shown. */
  readonly read?: Reading
  readonly children: ReactNode
}

interface Reading {
  readonly data: unknown
  readonly error: unknown
  readonly refetch: () => unknown
}

export interface Tab extends Target {
  readonly label: string
}

export function Page(props: PageProps): ReactNode {
  const { title, heading, crumbs, lead, actions, tabs, layout = 'flow', read, children } = props
  const problem = read?.error ?? undefined
  // What was read before stays where reading it again fails: something may be typed in it.
  const isThere = problem === undefined || read?.data !== undefined
  useEffect(() => {
    document.title = `${title} · Sallyport`
  }, [title])
  return (
    <div className={styles.page} data-layout={layout}>
      <header className={styles.head}>
        {crumbs !== undefined && (
          <nav aria-label="Where this is" className={styles.crumbs}>
            {crumbs.map(({ label, ...target }) => (
              <Fragment key={label}>
                <Link {...(target as LinkProps)} activeOptions={{ exact: true }}>
                  <span dir="auto">{label}</span>
                </Link>
                <ChevronRight size={13} aria-hidden />
              </Fragment>
            ))}
          </nav>
        )}
        <div className={styles.line}>
          <h1 dir="auto">{heading ?? title}</h1>
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </div>
        {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        {tabs && isThere && <Tabs tabs={tabs} />}
      </header>
      <div className={styles.body}>
        {problem !== undefined && (
          <div className={styles.problem}>
            <ProblemAlert error={problem} onRetry={() => void read?.refetch()} />
          </div>
        )}
        {isThere && children}
      </div>
    </div>
  )
}

/** Each tab has an address: they are links, and said to be so. */
function Tabs({ tabs }: { tabs: readonly Tab[] }): ReactNode {
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const router = useRouter()
  const place = useRef<HTMLElement>(null)
  const here = plain(path)
  const addresses = tabs.map(({ label: _label, ...target }) =>
    plain(router.buildLocation(target as LinkProps).pathname),
  )
  // A page below a tab belongs to it: the longest address that leads there.
  const [open] = addresses
    .filter((address) => here === address || here.startsWith(`${address}/`))
    .toSorted((a, b) => b.length - a.length)
  // On a narrow screen not all have a place: that of the page itself is among those that are seen.
  useEffect(() => {
    if (path) bringOpenItemInSight(place.current)
  }, [path])
  return (
    <nav ref={place} aria-label="Parts of this page" className={styles.tabs}>
      {tabs.map(({ label, ...target }, at) => (
        <Link
          key={label}
          {...(target as LinkProps)}
          activeOptions={{ exact: true, includeSearch: false }}
          {...(addresses[at] === open && { 'aria-current': open === here ? 'page' : true })}
          data-label={label}
        >
          {label}
        </Link>
      ))}
    </nav>
  )
}

/** `orders:read` and `orders%3Aread` are one address. */
function plain(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** A block of a page, with a title of its own. */
export function Section({
  title,
  actions,
  children,
}: {
  title: string
  actions?: ReactNode
  children: ReactNode
}): ReactNode {
  return (
    <section className={styles.section}>
      <div className={styles.sectionHead}>
        <h2>{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  )
}
