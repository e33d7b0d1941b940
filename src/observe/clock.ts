/** Now, in whole seconds since 1970 UTC: the unit of every time that is stored or answered. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
