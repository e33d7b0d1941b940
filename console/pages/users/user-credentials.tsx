/** By what a user proves who they are, and what stands in their way. */
import { Button, Group, Stack, Text } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { KeyRound, LockOpen } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { readLoginFailures, releaseLogin } from '#contract/login-failures.ts'
import { readUser, type User, updateUser } from '#contract/user.ts'
import { useRead, useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { Section } from '../../parts/page/page.tsx'
import { Facts } from '../../parts/show/facts.tsx'
import { tellProblem } from '../../parts/show/problem.tsx'
import { Status } from '../../parts/show/status.tsx'
import { Time } from '../../parts/show/time.tsx'
import { PasswordDialog } from './password-dialog.tsx'

export function UserCredentials(): ReactNode {
  const { realm, id } = useParams({ from: '/realms/$realm/users/$id/credentials' })
  const { data } = useRead(readUser, { params: { realm, id } })
  if (data === undefined) return null
  return (
    <>
      <Password realm={realm} user={data.value} />
      <LoginFailures realm={realm} id={id} />
    </>
  )
}

function Password({ realm, user }: { realm: string; user: User }): ReactNode {
  const mayWrite = useMayWrite(realm)
  const { mutateAsync, isPending } = useWrite(updateUser)
  const [isOpen, setIsOpen] = useState(false)
  const { id, username, must_change_password } = user
  const toggle = async () => {
    await mutateAsync({ params: { realm, id }, body: { must_change_password: !must_change_password } })
    tellDone(must_change_password ? `${username} keeps the password` : `${username} will be asked for a new password`)
  }
  return (
    <Section
      title="Password"
      actions={
        mayWrite && (
          <Group gap="xs">
            <Button variant="default" loading={isPending} onClick={() => void toggle().catch(tellProblem)}>
              {must_change_password ? 'Do not ask for a new one' : 'Ask for a new one'}
            </Button>
            <Button leftSection={<KeyRound size={14} aria-hidden />} onClick={() => setIsOpen(true)}>
              Set password
            </Button>
          </Group>
        )
      }
    >
      <Facts
        facts={[
          {
            label: 'Next sign-in',
            value: must_change_password ? (
              <Status tone="warning">Asks for a new password</Status>
            ) : (
              <Status tone="good">With the password as it is</Status>
            ),
          },
        ]}
      />
      <Text size="xs" c="dimmed" mt="xs">
        Only a digest of it is kept: nobody can read it here, and it is never shown.
      </Text>
      {isOpen && <PasswordDialog realm={realm} user={user} onClose={() => setIsOpen(false)} />}
    </Section>
  )
}

function LoginFailures({ realm, id }: { realm: string; id: string }): ReactNode {
  const mayWrite = useMayWrite(realm)
  const { data } = useRead(readLoginFailures, { params: { realm, id } })
  const { mutateAsync, isPending } = useWrite(releaseLogin)
  if (data === undefined) return null
  const { failures, first_at, last_at, retry_at } = data.value
  const release = async () => {
    await mutateAsync({ params: { realm, id }, body: undefined })
    tellDone('The failed sign-ins are forgotten')
  }
  return (
    <Section
      title="Failed sign-ins"
      actions={
        mayWrite &&
        failures > 0 && (
          <Button
            variant="default"
            loading={isPending}
            leftSection={<LockOpen size={14} aria-hidden />}
            onClick={() => void release().catch(tellProblem)}
          >
            Release
          </Button>
        )
      }
    >
      <Stack gap="xs">
        <Facts
          facts={[
            {
              label: 'State',
              value:
                retry_at === null ? (
                  <Status tone="good">Nothing stands in the way</Status>
                ) : (
                  <Status tone="bad">
                    Has to wait until <Time at={retry_at} show="both" />
                  </Status>
                ),
              hint:
                retry_at === null
                  ? 'After some wrong passwords each further try has to wait, longer from time to time.'
                  : 'The right password has to wait as well. Release it when you know that it was the person.',
            },
            { label: 'Wrong passwords', value: String(failures) },
            { label: 'First', value: <Time at={first_at} show="both" /> },
            { label: 'Last', value: <Time at={last_at} show="both" /> },
          ]}
        />
      </Stack>
    </Section>
  )
}
