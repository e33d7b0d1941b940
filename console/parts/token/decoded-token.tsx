/** A decoded token: header and claims, each with what it means; times with how long it is to them. */
import type { ReactNode } from 'react'
import { duration } from '../show/text.ts'
import { localTime } from '../show/time.tsx'
import { type Decoded, type Members } from './decode.ts'
import styles from './token.module.css'
import { useNow } from './use-now.ts'

/** RFC 7519 §4.1, RFC 9068 §2.2, OpenID Connect Core §2; and what we put beside them. */
const meanings: Readonly<Record<string, string>> = {
  iss: 'Who issued it',
  sub: 'Whom it is about',
  aud: 'Who may take it',
  exp: 'Expires',
  nbf: 'Not before',
  iat: 'Issued',
  auth_time: 'The person signed in',
  jti: 'Its own name',
  client_id: 'The client that it was issued to',
  azp: 'The client that it was issued to',
  scope: 'What it allows',
  roles: 'Roles of the person or client',
  nonce: 'Ties it to the request of the client',
  sid: 'The session of the person',
  acr: 'How strongly the person signed in',
  amr: 'By what means the person signed in',
  at_hash: 'Ties it to the access token beside it',
  alg: 'Signature algorithm',
  kid: 'The key that signed it',
  typ: 'What kind of token it is',
}

const times: ReadonlySet<string> = new Set(['exp', 'nbf', 'iat', 'auth_time', 'updated_at'])

export function DecodedToken({ of, label }: { of: Decoded; label: string }): ReactNode {
  if (of.kind === 'opaque') {
    return <p className={styles.said}>It is opaque: no JWT. What it stands for only the server knows.</p>
  }
  if (of.kind === 'broken') return <p className={styles.said}>{of.why}</p>
  return (
    <div className={styles.decoded}>
      <MemberTable title="Header" label={`Header of the ${label}`} members={of.header} />
      <MemberTable title="Claims" label={`Claims of the ${label}`} members={of.claims} />
    </div>
  )
}

function MemberTable({ title, label, members }: { title: string; label: string; members: Members }): ReactNode {
  return (
    <div>
      <h3>{title}</h3>
      <table className={styles.members} aria-label={label}>
        <tbody>
          {Object.entries(members).map(([name, value]) => (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
                {meanings[name] !== undefined && <small>{meanings[name]}</small>}
              </th>
              <td dir="auto">
                <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
                {times.has(name) && typeof value === 'number' && <Away at={value} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A time that no calendar has is shown as the number alone. */
const latest = 8_640_000_000_000

function Away({ at }: { at: number }): ReactNode {
  const now = useNow()
  if (!(Math.abs(at) < latest)) return null
  return (
    <small>
      {localTime(at)} · {awayFrom(at, now)}
    </small>
  )
}

/** `in 59 minutes 12 seconds`, `3 minutes ago`. */
export function awayFrom(at: number, now: number): string {
  const seconds = Math.floor(at) - now
  if (seconds === 0) return 'now'
  return seconds > 0 ? `in ${duration(seconds)}` : `${duration(-seconds)} ago`
}
