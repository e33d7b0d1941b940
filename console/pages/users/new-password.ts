/** Letters and digits that are not taken for one another when somebody reads them aloud. */
const characters = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const length = 20

/** A password to begin with: some 115 bits, from the browser's own source. */
export function newPassword(): string {
  let password = ''
  while (password.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      // Equal chances: what lies beyond the last whole multiple is thrown away.
      if (byte < 256 - (256 % characters.length)) password += characters.charAt(byte % characters.length)
    }
  }
  return password.slice(0, length)
}
