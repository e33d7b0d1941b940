/** What came of a try, in the corner. */
import type { z } from 'zod'
import type { testOAuthServer } from '#contract/oauth-server-trial.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import { tellNotice } from '../../parts/show/problem.tsx'
import { sentence } from '../../parts/show/text.ts'
import { relativeTime } from '../../parts/show/time.tsx'

export type Trial = z.output<(typeof testOAuthServer)['answer']>

export function trialWords({ works, expires_at, scope, code, description, advice }: Trial): string {
  if (works) {
    const until = expires_at === null ? '' : ` It expires ${relativeTime(expires_at)}.`
    return `A token came.${until}${scope === null ? '' : ` Scope: ${scope}.`}`
  }
  const why = [code, description].filter((part) => part !== null).join(': ')
  return `${sentence(why)}${advice === null ? '' : ` ${sentence(advice)}`}`
}

export function tellTrial(trial: Trial, name: string): void {
  if (trial.works) tellDone(`${name} works. ${trialWords(trial)}`)
  else tellNotice(`${name} gave no token`, trialWords(trial))
}
