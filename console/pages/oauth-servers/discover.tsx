/** The issuer of a server, and the button that fills the other fields from its metadata. */
import { Button } from '@mantine/core'
import { Compass } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useFormContext, useWatch } from 'react-hook-form'
import { discoverOAuthServer, type OAuthServer } from '#contract/oauth-server.ts'
import { call } from '../../parts/api/call.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { useFormPlace } from '../../parts/form/form-place.tsx'
import { tellProblem } from '../../parts/show/problem.tsx'
import { LayerField } from './layer-fields.tsx'
import { titles } from './server-values.ts'

export function Discover({ realm }: { realm: string }): ReactNode {
  const { setValue, getValues } = useFormContext()
  const { isReadOnly } = useFormPlace()
  const issuer = useWatch({ name: 'issuer' }) as string | null
  const [isBusy, setIsBusy] = useState(false)
  const discover = async () => {
    setIsBusy(true)
    try {
      const { authentication_method, profile } = getValues() as Pick<OAuthServer, 'authentication_method' | 'profile'>
      const body = { issuer: issuer ?? '', authentication_method, profile }
      const { value } = await call(discoverOAuthServer, { params: { realm }, query: {}, body })
      const found = Object.entries(value.fields).filter(([name]) => name in getValues())
      for (const [name, field] of found) setValue(name, field, { shouldDirty: true })
      const names = found.map(([name]) => titles[name as keyof typeof titles])
      tellDone(names.length === 0 ? 'Its metadata say nothing that belongs here.' : `Filled: ${names.join(', ')}`)
    } catch (error) {
      tellProblem(error)
    }
    setIsBusy(false)
  }
  return (
    <>
      <LayerField name="issuer" realm={realm} />
      {!isReadOnly && (
        <div>
          <Button
            variant="default"
            loading={isBusy}
            disabled={issuer === null || issuer === ''}
            leftSection={<Compass size={14} aria-hidden />}
            onClick={() => void discover()}
          >
            Discover
          </Button>
        </div>
      )}
    </>
  )
}
