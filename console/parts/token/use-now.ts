import { useEffect, useState } from 'react'

/** The time in seconds since 1970, every second anew. */
export function useNow(): number {
  const [now, setNow] = useState(secondsNow)
  useEffect(() => {
    const timer = setInterval(() => setNow(secondsNow()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}

function secondsNow(): number {
  return Math.floor(Date.now() / 1000)
}
