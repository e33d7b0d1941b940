/** What the first start tells whoever started it. Plain text: it is copied into browsers and shells. */

export interface Greeting {
  readonly url: string
  readonly admin:
    | { readonly username: string; readonly password: string }
    | { readonly username: string; readonly passwordFile: string }
    | undefined
  readonly firstTokenCommand: string | undefined
}

export function greeting({ url, admin, firstTokenCommand }: Greeting): string {
  const lines = ['', `Sallyport is running: ${url}/`]
  if (admin) {
    lines.push('', 'The administrator, in the realm system:', `  user name  ${admin.username}`)
    lines.push(
      'password' in admin
        ? `  password   ${admin.password}   (shown this once; it must be changed at the first login)`
        : `  password   in the file ${admin.passwordFile}   (it must be changed at the first login)`,
    )
  }
  if (firstTokenCommand)
    lines.push('', 'A first token, from another terminal in this directory:', '', firstTokenCommand)
  lines.push('', `What to do next: ${url}/docs/quick-start.md`, '')
  return `${lines.join('\n')}\n`
}
