/** Go with golang.org/x/oauth2. */
import { deviceCodeGrant } from '#contract/client.ts'
import { hasAssertion, lines, type Place, quoted, type Snippets } from './snippet-place.ts'

interface Program {
  readonly imports: readonly string[]
  readonly body: readonly (string | false)[]
}

/** Imports in gofmt's order: the language's own, then the module's. */
function program(place: Place, { imports, body }: Program): string {
  if (hasAssertion(place)) return withoutLibrary
  const own = [...new Set(['context', 'fmt', 'log', ...(place.method === 'none' ? [] : ['os']), ...imports])]
  const foreign = own.filter((name) => name.startsWith('golang.org'))
  return lines(
    '// go get golang.org/x/oauth2',
    'package main',
    '',
    'import (',
    ...own
      .filter((name) => !name.startsWith('golang.org'))
      .toSorted()
      .map((name) => `\t"${name}"`),
    '',
    ...foreign.toSorted().map((name) => `\t"${name}"`),
    ')',
    '',
    `const issuer = ${quoted(place.issuer)}`,
    '',
    'func main() {',
    ...body.map((line) => line !== false && (line === '' ? '' : `\t${line}`)),
    '\tif err != nil {',
    '\t\tlog.Fatal(err)',
    '\t}',
    '\tfmt.Println(token.AccessToken, token.RefreshToken, token.Expiry)',
    '}',
  )
}

const withoutLibrary = lines(
  '// golang.org/x/oauth2 has no client assertions (RFC 7523). Sign the JWT with a JOSE library, and send the',
  '// parameters of the curl commands with http.PostForm.',
)

const oauth2 = 'golang.org/x/oauth2'

/** Fields of a struct as gofmt has them: their values stand below each other. */
function struct(fields: Readonly<Record<string, string | undefined>>): readonly string[] {
  const said = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined)
  const width = Math.max(...said.map(([name]) => name.length)) + 2
  return said.map(([name, value]) => `\t${`${name}:`.padEnd(width)}${value},`)
}

function secret({ method }: Place): string | undefined {
  return method === 'none' ? undefined : 'os.Getenv("OAUTH_CLIENT_SECRET")'
}

function style({ method }: Place): string {
  return method === 'client_secret_basic' ? 'oauth2.AuthStyleInHeader' : 'oauth2.AuthStyleInParams'
}

function scopes({ scope }: Place): string | undefined {
  return scope === '' ? undefined : `[]string{${scope.split(' ').map(quoted).join(', ')}}`
}

function config(place: Place): readonly string[] {
  return [
    'ctx := context.Background()',
    'config := oauth2.Config{',
    ...struct({
      ClientID: quoted(place.clientId),
      ClientSecret: secret(place),
      RedirectURL: quoted(place.redirectUri),
      Scopes: scopes(place),
    }),
    '\tEndpoint: oauth2.Endpoint{',
    '\t\tAuthURL:       issuer + "/authorize",',
    '\t\tTokenURL:      issuer + "/token",',
    '\t\tDeviceAuthURL: issuer + "/device_authorization",',
    `\t\tAuthStyle:     ${style(place)},`,
    '\t},',
    '}',
  ]
}

export const go: Snippets = {
  authorization_code: (place) =>
    program(place, {
      imports: ['net/url', oauth2],
      body: [
        ...config(place),
        'verifier, state := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()',
        'fmt.Println("Open in a browser:", config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)))',
        'fmt.Print("The address where the browser ended: ")',
        'var address string',
        'fmt.Scanln(&address)',
        'ended, err := url.Parse(address)',
        'if err != nil || ended.Query().Get("state") != state {',
        '\tlog.Fatal("not the answer to this request: ", address)',
        '}',
        'token, err := config.Exchange(ctx, ended.Query().Get("code"), oauth2.VerifierOption(verifier))',
      ],
    }),
  client_credentials: (place) =>
    program(place, {
      imports: [oauth2, `${oauth2}/clientcredentials`],
      body: [
        'config := clientcredentials.Config{',
        ...struct({
          ClientID: quoted(place.clientId),
          ClientSecret: secret(place),
          TokenURL: 'issuer + "/token"',
          Scopes: scopes(place),
          AuthStyle: style(place),
        }),
        '}',
        'token, err := config.Token(context.Background())',
      ],
    }),
  [deviceCodeGrant]: (place) =>
    program(place, {
      imports: [oauth2],
      body: [
        ...config(place),
        place.method !== 'none' && '// The library authenticates the client at the token endpoint only.',
        place.method === 'none'
          ? 'device, err := config.DeviceAuth(ctx)'
          : 'device, err := config.DeviceAuth(ctx, oauth2.SetAuthURLParam("client_secret", config.ClientSecret))',
        'if err != nil {',
        '\tlog.Fatal(err)',
        '}',
        'fmt.Println("Open", device.VerificationURI, "and type", device.UserCode)',
        'token, err := config.DeviceAccessToken(ctx, device)',
      ],
    }),
  password: (place) =>
    program(place, {
      imports: ['os', oauth2],
      body: [
        ...config(place),
        'token, err := config.PasswordCredentialsToken(ctx, os.Getenv("USERNAME"), os.Getenv("PASSWORD"))',
      ],
    }),
  refresh_token: (place) =>
    program(place, {
      imports: ['os', oauth2],
      body: [
        ...config(place),
        'spent := &oauth2.Token{RefreshToken: os.Getenv("REFRESH_TOKEN")}',
        '// Keep token.RefreshToken: the one before is spent.',
        'token, err := config.TokenSource(ctx, spent).Token()',
      ],
    }),
}
