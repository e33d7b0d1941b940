/** The nonce of this answer's policy: the one thing by which a style that is made here may come into the page. */

export function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
}
