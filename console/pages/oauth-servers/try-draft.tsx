/** Settings as they stand in the form, tried without being saved. */
import { Button } from '@mantine/core'
import { PlugZap } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useFormContext } from 'react-hook-form'
import { tryOAuthServer } from '#contract/oauth-server-trial.ts'
import { call } from '../../parts/api/call.ts'
import { changed, type Values } from '../../parts/form/contract-form.ts'
import { told } from '../../parts/show/problem.tsx'
import { Status } from '../../parts/show/status.tsx'
import styles from './oauth-servers.module.css'
import { type Trial, trialWords } from './tell-trial.ts'

interface TryProps {
  readonly realm: string
  readonly slug: string
}

type Outcome = Pick<Trial, 'works'> & { readonly text: string }

export function useTrial({ realm, slug }: TryProps) {
  const [outcome, setOutcome] = useState<Outcome>()
  const [isBusy, setIsBusy] = useState(false)
  const run = async (body: Values) => {
    setIsBusy(true)
    setOutcome(undefined)
    try {
      const { value } = await call(tryOAuthServer, { params: { realm, slug }, query: {}, body })
      setOutcome({ works: value.works, text: trialWords(value) })
    } catch (error) {
      setOutcome({ works: false, text: told(error).text })
    }
    setIsBusy(false)
  }
  return { outcome, isBusy, run }
}

export function TrialOutcome({ of }: { of: Outcome | undefined }): ReactNode {
  return <span role="status">{of && <Status tone={of.works ? 'good' : 'bad'}>{of.text}</Status>}</span>
}

interface TryButtonProps {
  readonly label: string
  readonly isBusy: boolean
  readonly onTry: () => void
}

export function TryButton({ label, isBusy, onTry }: TryButtonProps): ReactNode {
  return (
    <Button variant="default" loading={isBusy} leftSection={<PlugZap size={14} aria-hidden />} onClick={onTry}>
      {label}
    </Button>
  )
}

export function TryDraft(props: TryProps): ReactNode {
  const { getValues, formState } = useFormContext()
  const { outcome, isBusy, run } = useTrial(props)
  return (
    <div className={styles.lookUp}>
      <TryButton
        label="Try without saving"
        isBusy={isBusy}
        onTry={() => void run(changed(formState.defaultValues ?? {}, getValues()))}
      />
      <TrialOutcome of={outcome} />
    </div>
  )
}
