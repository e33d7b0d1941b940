import { useEffect, useState } from 'react'
import { inspectToken } from '#contract/inspect.ts'
import { call } from '../../parts/api/call.ts'
import type { Inspection } from '../../parts/token/checks.tsx'

/** While somebody types, the server is not asked at every letter. */
const restMilliseconds = 250

interface Answered {
  readonly realm: string
  readonly token: string
  readonly inspected?: Inspection
  readonly error?: unknown
}

/** The server's word on that token, asked past the store of answers: that one would keep it after the page was left. */
export function useInspection(realm: string, token: string) {
  const [answered, setAnswered] = useState<Answered>()
  const [round, setRound] = useState(0)
  const [isAsking, setAsking] = useState(false)
  useEffect(() => {
    if (token === '') return undefined
    const asking = new AbortController()
    const { signal } = asking
    const ask = async () => {
      setAsking(true)
      try {
        const input = { params: { realm }, query: {}, body: { token } }
        const { value } = await call(inspectToken, input, { signal })
        if (!signal.aborted) setAnswered({ realm, token, inspected: value })
      } catch (error) {
        if (!signal.aborted) setAnswered({ realm, token, error })
      }
      if (!signal.aborted) setAsking(false)
    }
    const timer = setTimeout(() => void ask(), round === 0 ? restMilliseconds : 0)
    return () => {
      clearTimeout(timer)
      asking.abort()
      setAsking(false)
    }
  }, [realm, token, round])
  // What was said of another token is no answer to this one.
  const isOfThis = answered?.realm === realm && answered.token === token
  return {
    inspected: isOfThis ? answered.inspected : undefined,
    error: isOfThis ? answered.error : undefined,
    isAsking,
    again: () => setRound((before) => before + 1),
  }
}
