import { describe, expect, test } from 'vitest'
import { nextStep, type Situation } from '#login/next-step.ts'
import type { CurrentSession } from '#login/session.ts'

const now = 1_800_000_000
const ada: CurrentSession = {
  id: 'sid-of-ada',
  user: {
    id: 'ada',
    realm_id: 'realm',
    username: 'ada',
    name: null,
    given_name: null,
    family_name: null,
    email: null,
    email_verified: false,
    phone_number: null,
    address: null,
    locale: null,
    enabled: true,
    must_change_password: false,
    created_at: now,
    updated_at: now,
    roles: [],
  },
  auth_time: now - 100,
  amr: ['pwd'],
  created_at: now - 100,
}
const bob: CurrentSession = { ...ada, id: 'sid-of-bob', user: { ...ada.user, id: 'bob' } }
const adaMustChange: CurrentSession = { ...ada, user: { ...ada.user, must_change_password: true } }

const trusted = { require_consent: false, isPublicWithLoopbackOrCustomScheme: false }
const asking = { require_consent: true, isPublicWithLoopbackOrCustomScheme: false }
const native = { require_consent: false, isPublicWithLoopbackOrCustomScheme: true }

type Parts = Partial<Omit<Situation, 'request'>> & { readonly request?: Partial<Situation['request']> }

function outcomeOf(parts: Parts): string {
  const step = nextStep({
    progress: {},
    session: ada,
    client: trusted,
    consentedScope: undefined,
    now,
    ...parts,
    request: {
      redirect_uri: 'https://app.example/cb',
      redirect_uri_was_sent: true,
      response_mode: 'query',
      scope: 'openid profile',
      prompt: [],
      ...parts.request,
    },
  })
  if ('refuse' in step) return step.refuse
  if (step.step === 'consent') return `consent: ${step.missing}`
  return step.step === 'done' ? `done as ${step.session.user.id}` : step.step
}

const none = { prompt: ['none'] }
const login = { prompt: ['login'] }
const select = { prompt: ['select_account'] }
const consent = { prompt: ['consent'] }
const offline = { scope: 'openid offline_access' }
const maxAge = (max_age: number) => ({ max_age })
const hint = (id_token_hint_sub: string) => ({ id_token_hint_sub })
const agreed = (session: CurrentSession) => ({ consented_scope: 'openid profile', decided_in: session.id })
const justNow = { login_session: ada.id, authenticated_at: now }

describe('OpenID Connect Core §3.1.2.1: who is there', () => {
  test.each<[rule: string, parts: Parts, outcome: string]>([
    ['nobody is there', { session: undefined }, 'password'],
    ['somebody is there', {}, 'done as ada'],
    ['N014 nobody is there and nobody may be asked', { session: undefined, request: none }, 'login_required'],
    ['somebody is there and nobody may be asked', { request: none }, 'done as ada'],
    ['N015 prompt=login asks', { request: login }, 'password'],
    ['N015 prompt=login is done by a login for this request', { request: login, progress: justNow }, 'done as ada'],
    [
      'N015 max_age=0 asks even in the same second',
      { request: maxAge(0), session: { ...ada, auth_time: now } },
      'password',
    ],
    ['N015 max_age=0 is done by a login for this request', { request: maxAge(0), progress: justNow }, 'done as ada'],
    ['N015 max_age not reached', { request: maxAge(100) }, 'done as ada'],
    ['N015 max_age exceeded', { request: maxAge(99) }, 'password'],
    ['N015 max_age exceeded, silently', { request: { ...none, ...maxAge(99) } }, 'login_required'],
    [
      'N015 a slow consent does not outrun max_age',
      { request: maxAge(1), progress: justNow, now: now + 900 },
      'done as ada',
    ],
    ['N016 the hinted user is there', { request: hint('ada') }, 'done as ada'],
    ['N016 another user than hinted', { request: hint('bob') }, 'password'],
    ['N016 another user than hinted, silently', { request: { ...none, ...hint('bob') } }, 'login_required'],
    ['N016 another user than hinted has just signed in', { request: hint('bob'), progress: justNow }, 'password'],
    ['N025 somebody else signed in since', { session: bob, progress: justNow }, 'password'],
    ['N025 the session ended since', { session: undefined, progress: justNow }, 'password'],
    ['an account is to be selected', { request: select }, 'select-account'],
    ['nobody is there to be selected', { request: select, session: undefined }, 'password'],
    ['a login selects', { request: select, progress: justNow }, 'done as ada'],
    ['this account', { request: select, progress: { account_selected: true, decided_in: ada.id } }, 'done as ada'],
    ['another account', { request: select, progress: { account_selected: false, decided_in: ada.id } }, 'password'],
    [
      'someone else selected',
      { request: select, progress: { account_selected: true, decided_in: bob.id } },
      'select-account',
    ],
    ['a password to change needs the old one first', { session: adaMustChange }, 'password'],
    ['a password to change', { session: adaMustChange, progress: justNow }, 'change-password'],
    ['a password to change, silently', { session: adaMustChange, request: none }, 'interaction_required'],
  ])('%s', (_rule, parts, outcome) => {
    expect(outcomeOf(parts)).toBe(outcome)
  })
})

describe('do they agree', () => {
  test.each<[rule: string, parts: Parts, outcome: string]>([
    ['nothing was allowed before', { client: asking }, 'consent: openid profile'],
    ['some of it was', { client: asking, consentedScope: 'openid email' }, 'consent: profile'],
    ['all of it was', { client: asking, consentedScope: 'email profile openid' }, 'done as ada'],
    ['no scope at all is still an account', { client: asking, request: { scope: '' } }, 'consent: '],
    ['agreed in this request', { client: asking, progress: agreed(ada) }, 'done as ada'],
    ['N031 agreed by somebody else', { client: asking, progress: agreed(bob) }, 'consent: openid profile'],
    ['N014 not yet agreed, silently', { client: asking, request: none }, 'consent_required'],
    ['prompt=consent asks again', { request: consent, consentedScope: 'openid profile' }, 'consent: openid profile'],
    ['prompt=consent was answered', { request: consent, progress: agreed(ada) }, 'done as ada'],
    [
      'offline_access is agreed to',
      { client: asking, consentedScope: 'openid', request: offline },
      'consent: offline_access',
    ],
    ['offline_access by first-party policy', { request: offline }, 'done as ada'],
    ['said no', { client: asking, progress: { denied: true } }, 'access_denied'],
    ['RFC 8252 §8.6: a client that cannot be proven', { client: native }, 'confirm'],
    ['confirmed', { client: native, progress: { confirmed: true, decided_in: ada.id } }, 'done as ada'],
    ['confirmed by somebody else', { client: native, progress: { confirmed: true, decided_in: bob.id } }, 'confirm'],
    ['consent confirms', { client: { ...native, require_consent: true }, progress: agreed(ada) }, 'done as ada'],
    [
      'an old consent does not',
      { client: { ...native, require_consent: true }, consentedScope: 'openid profile' },
      'confirm',
    ],
    ['not confirmed, silently', { client: native, request: none }, 'interaction_required'],
  ])('%s', (_rule, parts, outcome) => {
    expect(outcomeOf(parts)).toBe(outcome)
  })
})

describe('RFC 9700 §4.11.2: what is wrong with a request is told after the login', () => {
  const refused = { error: 'invalid_scope', description: 'no such scope' }
  test('N013 nobody is there', () => expect(outcomeOf({ session: undefined, request: { refused } })).toBe('password'))
  test('N013 somebody is there', () => expect(outcomeOf({ request: { refused } })).toBe('invalid_scope'))
})
