/**
 * How an authorization answer leaves: in the redirect URI's query or fragment (OAuth 2.0 Multiple Response Types §2.1) or
 * in a form that the browser posts there (OAuth 2.0 Form Post Response Mode §2). Success and error leave alike.
 */
import type { Response } from '#http/message.ts'

export const responseModes = ['query', 'fragment', 'form_post'] as const
export type ResponseMode = (typeof responseModes)[number]
