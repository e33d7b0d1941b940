/** Every text that the hall's pages show, in one catalogue. */
export const texts = {
  signIn: 'Sign in',
  signInTo: (client: string) => `to continue to ${client}`,
  username: 'Username or e-mail address',
  password: 'Password',
  login: 'Sign in',
  missingCredentials: 'Enter your username and your password.',
  wrongCredentials: 'The username or the password is not right.',
  otherAccount: 'The application asks for another account. Sign in with that one, or go back to the application.',
  wait: (seconds: number) => `Too many failed attempts. Try again in ${duration(seconds)}.`,

  changePassword: 'Choose a new password',
  changePasswordWhy: 'Your password was set by somebody else. Before you go on, choose one that only you know.',
  newPassword: 'New password',
  newPasswordHint: (shortest: number) => `At least ${shortest} characters. A few words are easier to remember.`,
  newPasswordAgain: 'New password, once more',
  changePasswordButton: 'Change password',
  passwordShort: (shortest: number) => `The password needs at least ${shortest} characters.`,
  passwordLong: 'The password is too long.',
  passwordName: 'The password must not be your name or the name of this service.',
  passwordSame: 'The new password is the old one. Choose another.',
  passwordDiffers: 'The two passwords are not the same.',

  selectAccount: 'Which account?',
  continueAs: (name: string) => `Continue as ${name}`,
  anotherAccount: 'Use another account',

  consent: (client: string) => `${client} asks for access`,
  consentAs: (name: string) => `You are signed in as ${name}.`,
  consentScopes: 'It will be able to:',
  consentNoScopes: 'It will learn that you have an account here.',
  consentRedirect: (host: string) => `After that you go back to ${host}.`,
  approve: 'Allow',
  deny: 'Cancel',
  /** What the scopes of OpenID Connect and our own let a client do. */
  scopes: new Map([
    ['openid', 'know who you are'],
    ['profile', 'see your name and profile'],
    ['email', 'see your e-mail address'],
    ['phone', 'see your phone number'],
    ['address', 'see your address'],
    ['role', 'see your roles'],
    ['offline_access', 'keep this access while you are away'],
    ['outbound:token', 'hold the keys to accounts that you connect'],
    ['outbound:call', 'use accounts that you connect'],
  ]),

  confirm: (client: string) => `Sign in to ${client}?`,
  confirmWhy: 'An application on this device asks to sign you in. Go on only if you have just started this yourself.',
  confirmButton: 'Continue',

  device: 'Connect a device',
  deviceWhy: 'Type the code that the device shows.',
  deviceComplete: 'Is this the code that the device shows? If not, or if somebody sent you here, close this page.',
  userCode: 'Code',
  deviceButton: 'Continue',
  missingUserCode: 'Type the code that the device shows: eight letters.',
  wrongUserCode: 'There is no such code, or its time is over. Look at the device again, or start again there.',
  deviceConfirm: (client: string) => `Allow ${client} on another device?`,
  deviceConfirmWhy: (client: string) =>
    `${client} was started on another device and asks for access in your name. Allow it only if you have just started it yourself. If somebody sent you the code, cancel.`,
  deviceApproved: 'The device is connected',
  deviceApprovedWhy: 'You can close this window and go back to the device.',
  deviceDenied: 'The device was not connected',
  deviceDeniedWhy: 'It gets no access. You can close this window.',

  error: 'This did not work',
  errorCode: 'Error',
  errorRequest: 'Request',
  notFound: 'There is nothing here',
  busy: 'Please try again',
  restart: 'This sign-in has ended',
  restartWhy:
    'It took too long, was finished before, or began in another browser or window. Go back to the application and start again.',

  logoutConfirm: 'Sign out?',
  logoutConfirmWhy: (name: string) => `You are signed in as ${name}.`,
  logoutButton: 'Sign out',
  loggedOut: 'You are signed out',
  loggedOutWhy: 'You can close this window.',
} as const

function duration(seconds: number): string {
  if (seconds < 60) return seconds === 1 ? '1 second' : `${seconds} seconds`
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? '1 minute' : `${minutes} minutes`
}
