/** The requests of what stands in the form at this moment; asked for when the typing pauses. */
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useFormContext, useWatch } from 'react-hook-form'
import { ProblemError } from '#contract/caller.ts'
import { type PreviewedRequest, type ProfileDocument, previewProfile } from '#contract/profile.ts'
import { call } from '../../parts/api/call.ts'
import { told } from '../../parts/show/problem.tsx'
import { ProfileRequests } from './profile-requests.tsx'
import { documentOf, titles } from './profile-values.ts'

const PAUSE_MS = 400

export function LiveRequests({ realm }: { realm: string }): ReactNode {
  const { control } = useFormContext()
  const typed = useWatch({ control })
  // What it is called does not matter to what it makes.
  const text = JSON.stringify({ ...documentOf(typed), name: 'shown', title: 'Shown' })
  const [settled] = useDebouncedValue(text, PAUSE_MS)
  const { data, error } = useQuery({
    queryKey: [previewProfile.id, realm, settled],
    queryFn: ({ signal }) => {
      const body = JSON.parse(settled) as ProfileDocument
      return call(previewProfile, { params: { realm }, query: {}, body }, { signal })
    },
    retry: false,
  })
  // Those of before stay in sight while the next ones are made, and while what is typed makes none.
  const [made, setMade] = useState<readonly PreviewedRequest[]>([])
  if (data && data.value.requests !== made) setMade(data.value.requests)
  return <ProfileRequests of={made} problem={error === null ? undefined : words(error)} />
}

function words(error: unknown): string {
  const { text } = told(error)
  if (!(error instanceof ProblemError) || error.problem.field === undefined) return text
  const [field = '', ...within] = error.problem.field.split('.')
  const title = titles[field as keyof typeof titles] ?? field
  return `${[title, ...within].join(' › ')}: ${error.problem.detail}`
}
