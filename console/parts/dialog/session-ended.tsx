/** The session ended in the middle of work: sign in beside it, and what was typed is still here. */
import { Button, Group, Text } from '@mantine/core'
import { type ReactNode, useEffect, useSyncExternalStore } from 'react'
import { currentState, loadSession, signedInChannel, signInUrl, subscribe } from '../api/session.ts'
import { tellProblem } from '../show/problem.tsx'
import { Dialog } from './dialog.tsx'

export function SessionEnded(): ReactNode {
  const { hasEnded } = useSyncExternalStore(subscribe, currentState)
  useEffect(() => {
    if (!hasEnded) return undefined
    const look = () => void loadSession().catch(tellProblem)
    const channel = new BroadcastChannel(signedInChannel)
    channel.addEventListener('message', look)
    // The other window may not have been able to say it.
    window.addEventListener('focus', look)
    return () => {
      channel.close()
      window.removeEventListener('focus', look)
    }
  }, [hasEnded])
  return (
    <Dialog
      opened={hasEnded}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Your session has ended"
      zIndex={1000}
    >
      <Text size="sm">
        Sign in again in a second window. Nothing that you typed is lost: this page goes on where it was.
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button onClick={openSignIn} data-autofocus>
          Sign in
        </Button>
      </Group>
    </Dialog>
  )
}

function openSignIn(): void {
  const address = signInUrl('/console/signed-in')
  const opened = window.open(address, 'sallyport-sign-in', 'popup,width=480,height=720')
  // Where windows may not open, the way is the long one.
  if (opened === null) window.location.assign(signInUrl(window.location.pathname + window.location.search))
}
