/**
 * What an authorization request needs next: a pure function of the request, what was done for it, who is there and what
 * the client is (OpenID Connect Core §3.1.2.1, §3.1.2.3, §3.1.2.4; RFC 8252 §8.6). It asks nobody and writes nothing.
 * A decision counts only in the session in which it was made, so that nobody's consent serves somebody else.
 */
import type { AuthorizationRequestParameters, Progress } from '#store/authorization-requests.ts'
import type { CurrentSession } from './session.ts'
import type { Visit } from './visit.ts'

export interface Situation {
  readonly request: AuthorizationRequestParameters
  readonly progress: Progress
  readonly session: CurrentSession | undefined
  readonly client: {
    /** False is an administrator's word that the client is first-party: people are not asked. */
    readonly require_consent: boolean
    /** Its redirect proves nothing about who answers there. */
    readonly isPublicWithLoopbackOrCustomScheme: boolean
  }
  /** What the user of the session has allowed the client before. */
  readonly consentedScope: string | undefined
  /** Seconds since 1970. */
  readonly now: number
}

/** Where signing in is all that is asked for: what somebody agrees to there has a page of its own. */
export function signingIn({ stored, session }: Pick<Visit, 'stored' | 'session'>, now: number): Situation {
  const { parameters: request, progress } = stored
  const client = { require_consent: false, isPublicWithLoopbackOrCustomScheme: false }
  return { request, progress, session, client, consentedScope: undefined, now }
}

export type StepName = 'password' | 'change-password' | 'select-account' | 'consent' | 'confirm'

export type Step =
  | { readonly step: Exclude<StepName, 'consent'> }
  /** `missing`: space-delimited. */
  | { readonly step: 'consent'; readonly missing: string }
  | { readonly step: 'done'; readonly session: CurrentSession }
  /** An OAuth error code for the client. */
  | { readonly refuse: string; readonly description: string }

export function nextStep(situation: Situation): Step {
  const { request, progress, session } = situation
  if (progress.denied) return { refuse: 'access_denied', description: 'the user said no' }
  const isSilent = request.prompt.includes('none')
  if (!session || needsLogin(situation, session)) {
    return isSilent ? { refuse: 'login_required', description: 'the user has to sign in' } : { step: 'password' }
  }
  const step = afterLogin(situation, session)
  if (!isSilent || !('step' in step) || step.step === 'done') return step
  return silently[step.step]
}

/** The answers to `prompt=none` where somebody would have to be asked. */
const silently: Readonly<Record<StepName, Step>> = {
  password: { refuse: 'login_required', description: 'the user has to sign in' },
  'change-password': { refuse: 'interaction_required', description: 'the user has to change the password' },
  'select-account': { refuse: 'account_selection_required', description: 'the user has to select an account' },
  consent: { refuse: 'consent_required', description: 'the user has to agree' },
  confirm: { refuse: 'interaction_required', description: 'the user has to confirm' },
}

function needsLogin({ request, progress, now }: Situation, session: CurrentSession): boolean {
  // Somebody else signed in since: what was done for this request was not done by whom it would be answered for.
  if (progress.login_session !== undefined && progress.login_session !== session.id) return true
  if (request.id_token_hint_sub !== undefined && request.id_token_hint_sub !== session.user.id) return true
  if (progress.authenticated_at !== undefined) return false
  if (request.prompt.includes('login')) return true
  if (progress.account_selected === false) return true
  // A password is changed by somebody who has just shown the old one.
  if (session.user.must_change_password && !request.prompt.includes('none')) return true
  // `max_age=0` asks always, also in the second of the login.
  return request.max_age !== undefined && (request.max_age === 0 || now - session.auth_time > request.max_age)
}

function afterLogin(situation: Situation, session: CurrentSession): Step {
  const { request, progress, client } = situation
  if (session.user.must_change_password) return { step: 'change-password' }
  if (request.refused) return { refuse: request.refused.error, description: request.refused.description }
  const decided = progress.decided_in === session.id ? progress : {}
  const hasSelected = decided.account_selected === true || progress.authenticated_at !== undefined
  if (request.prompt.includes('select_account') && !hasSelected) return { step: 'select-account' }
  const missing = missingConsent(situation, decided)
  if (missing !== undefined) return { step: 'consent', missing }
  const hasConfirmed = decided.confirmed === true || decided.consented_scope !== undefined
  if (client.isPublicWithLoopbackOrCustomScheme && !hasConfirmed) return { step: 'confirm' }
  return { step: 'done', session }
}

/** Undefined: nothing to ask. `offline_access` is a scope like the others here: it is agreed to, or the client's policy. */
function missingConsent({ request, client, consentedScope }: Situation, decided: Progress): string | undefined {
  const wanted = names(request.scope)
  if (request.prompt.includes('consent')) return decided.consented_scope === undefined ? request.scope : undefined
  if (!client.require_consent || decided.consented_scope === request.scope) return undefined
  const allowed = names(consentedScope ?? '')
  const missing = wanted.filter((name) => !allowed.includes(name))
  return missing.length > 0 || consentedScope === undefined ? missing.join(' ') : undefined
}

function names(scope: string): readonly string[] {
  return scope.split(' ').filter((name) => name !== '')
}
