/** The token inspector: what a token of a realm says and why it holds or not. The token goes nowhere else. */
import * as contract from '#contract/inspect.ts'
import { inspectToken } from '#issuer/inspect-token.ts'
import { type Handled, handle } from './call.ts'

export const inspectHandlers: readonly Handled[] = [
  handle(contract.inspectToken, async ({ context, realm, body }) => {
    const { checks, header, claims, ...rest } = await inspectToken(context, realm, body.token.trim())
    const reasons = checks.filter(({ passed }) => !passed)
    return {
      value: {
        ...rest,
        active: reasons.length === 0,
        checks: [...checks],
        reasons,
        header: header && { ...header },
        claims: claims && { ...claims },
      },
    }
  }),
]
