/** The first load: who is there decides what is shown, so nothing is shown before. */
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { lazy, type ReactNode, StrictMode, Suspense } from 'react'
import type { Root } from 'react-dom/client'
import { queryClient } from '../parts/api/call.ts'
import { loadSession, signInUrl } from '../parts/api/session.ts'
import { ProblemAlert } from '../parts/show/problem.tsx'
import { pageNonce } from './nonce.ts'
import { router } from './router.ts'
import { theme, variables } from './theme.ts'

const OverThePage = lazy(async () => ({ default: (await import('./over-the-page.tsx')).OverThePage }))

export async function start(root: Root): Promise<void> {
  try {
    if (await loadSession()) {
      root.render(<Console />)
    } else {
      location.replace(signInUrl(location.pathname + location.search))
    }
  } catch (error) {
    root.render(
      <Look>
        <main style={{ maxWidth: '36rem', margin: '12vh auto', padding: '1rem' }}>
          <ProblemAlert error={error} onRetry={() => location.reload()} />
        </main>
      </Look>,
    )
  }
}

function Console(): ReactNode {
  return (
    <StrictMode>
      <Look>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <Suspense>
            <OverThePage />
          </Suspense>
        </QueryClientProvider>
      </Look>
    </StrictMode>
  )
}

function Look({ children }: { children: ReactNode }): ReactNode {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      deduplicateCssVariables={false}
      defaultColorScheme="auto"
      getStyleNonce={pageNonce}
    >
      {children}
    </MantineProvider>
  )
}
