/** Java 17 or newer, with what it has of its own. */
import { deviceCodeGrant } from '#contract/client.ts'
import { basicName, hasAssertion, lines, type Place, quoted, type Snippets } from './snippet-place.ts'

interface Program {
  readonly imports?: readonly string[]
  /** Methods beside `main`. */
  readonly methods?: readonly string[]
  readonly body: readonly string[]
}

const always = [
  'java.net.URI',
  'java.net.URLEncoder',
  'java.net.http.HttpClient',
  'java.net.http.HttpRequest',
  'java.net.http.HttpResponse',
  'java.nio.charset.StandardCharsets',
  'java.util.LinkedHashMap',
  'java.util.Map',
  'java.util.stream.Collectors',
]

function program(place: Place, { imports = [], methods = [], body }: Program): string {
  const isBasic = place.method === 'client_secret_basic'
  const all = [...new Set([...always, ...imports, ...(isBasic ? ['java.util.Base64'] : [])])].toSorted()
  return lines(
    ...all.map((name) => `import ${name};`),
    '',
    'public class QuickStart {',
    `    static final String ISSUER = ${quoted(place.issuer)};`,
    '',
    ...post(place).map((line) => (line === '' ? '' : `    ${line}`)),
    '',
    '    static String encode(String text) {',
    '        return URLEncoder.encode(text, StandardCharsets.UTF_8);',
    '    }',
    '',
    ...methods.map((line) => (line === '' ? '' : `    ${line}`)),
    ...(methods.length > 0 ? [''] : []),
    '    public static void main(String[] args) throws Exception {',
    ...body.map((line) => `        ${line}`),
    '    }',
    '}',
  )
}

function post(place: Place): readonly string[] {
  const isBasic = place.method === 'client_secret_basic'
  return [
    'static String post(String path, Map<String, String> parameters) throws Exception {',
    '    Map<String, String> form = new LinkedHashMap<>(parameters);',
    ...proof(place).map((line) => `    ${line}`),
    '    String body = form.entrySet().stream()',
    '        .map(one -> encode(one.getKey()) + "=" + encode(one.getValue()))',
    '        .collect(Collectors.joining("&"));',
    '    HttpRequest request = HttpRequest.newBuilder(URI.create(ISSUER + path))',
    ...(isBasic ? ['        .header("Authorization", "Basic " + basic)'] : []),
    '        .header("Content-Type", "application/x-www-form-urlencoded")',
    '        .POST(HttpRequest.BodyPublishers.ofString(body))',
    '        .build();',
    '    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();',
    '}',
  ]
}

function proof(place: Place): readonly string[] {
  if (place.method === 'client_secret_basic') {
    return [
      `String credentials = ${quoted(`${basicName(place.clientId)}:`)} + System.getenv("OAUTH_CLIENT_SECRET");`,
      'String basic = Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));',
    ]
  }
  const id = `form.put("client_id", ${quoted(place.clientId)});`
  if (place.method === 'none') return [id]
  if (!hasAssertion(place)) return [id, 'form.put("client_secret", System.getenv("OAUTH_CLIENT_SECRET"));']
  return [
    id,
    '// A JWT that the client has signed, a new one for each request (RFC 7523).',
    'form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");',
    'form.put("client_assertion", System.getenv("OAUTH_CLIENT_ASSERTION"));',
  ]
}

/** Enough for the flat answers of the protocol; a program of more than one file has a JSON library. */
const field = [
  'static String field(String json, String name) {',
  String.raw`    Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"?([^\",}]*)").matcher(json);`,
  '    return found.find() ? found.group(1) : "";',
  '}',
]
const fieldImports = ['java.util.regex.Matcher', 'java.util.regex.Pattern']

function form(pairs: Readonly<Record<string, string | undefined>>): string {
  const said = Object.entries(pairs).flatMap(([name, value]) => (value === undefined ? [] : [quoted(name), value]))
  return `Map.of(${said.join(', ')})`
}

function scopeOf({ scope }: Place): string | undefined {
  return scope === '' ? undefined : quoted(scope)
}

export const java: Snippets = {
  authorization_code: (place) => {
    const asked = new URLSearchParams({
      response_type: 'code',
      client_id: place.clientId,
      redirect_uri: place.redirectUri,
      ...(place.scope === '' ? {} : { scope: place.scope }),
    })
    return program(place, {
      imports: ['java.security.MessageDigest', 'java.security.SecureRandom', 'java.util.Base64', 'java.util.Scanner'],
      methods: [
        'static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();',
        '',
        'static String random() {',
        '    byte[] bytes = new byte[32];',
        '    new SecureRandom().nextBytes(bytes);',
        '    return BASE64URL.encodeToString(bytes);',
        '}',
      ],
      body: [
        'String verifier = random();',
        'String state = random();',
        'byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));',
        `System.out.println("Open in a browser: " + ISSUER + "/authorize?${asked.toString()}"`,
        '    + "&state=" + state + "&code_challenge_method=S256&code_challenge=" + BASE64URL.encodeToString(digest));',
        'System.out.println("The browser ends at the redirect URI. Its state has to be " + state + "; its code is:");',
        'String code = new Scanner(System.in).nextLine().trim();',
        'System.out.println(post("/token", Map.of(',
        '    "grant_type", "authorization_code",',
        '    "code", code,',
        `    "redirect_uri", ${quoted(place.redirectUri)},`,
        '    "code_verifier", verifier)));',
      ],
    })
  },
  client_credentials: (place) =>
    program(place, {
      body: [
        `System.out.println(post("/token", ${form({ grant_type: '"client_credentials"', scope: scopeOf(place) })}));`,
      ],
    }),
  [deviceCodeGrant]: (place) =>
    program(place, {
      imports: fieldImports,
      methods: field,
      body: [
        `String device = post("/device_authorization", ${form({ scope: scopeOf(place) })});`,
        'System.out.println("Open " + field(device, "verification_uri") + " and type " + field(device, "user_code"));',
        'long seconds = Long.parseLong(field(device, "interval"));',
        'String answer;',
        'do {',
        '    Thread.sleep(seconds * 1000);',
        '    answer = post("/token", Map.of(',
        `        "grant_type", ${quoted(deviceCodeGrant)},`,
        '        "device_code", field(device, "device_code")));',
        '    if (field(answer, "error").equals("slow_down")) seconds += 5;',
        '} while (field(answer, "error").matches("authorization_pending|slow_down"));',
        'System.out.println(answer);',
      ],
    }),
  password: (place) =>
    program(place, {
      body: [
        `System.out.println(post("/token", ${form({
          grant_type: '"password"',
          username: 'System.getenv("USERNAME")',
          password: 'System.getenv("PASSWORD")',
          scope: scopeOf(place),
        })}));`,
      ],
    }),
  refresh_token: (place) =>
    program(place, {
      body: [
        '// Keep the refresh token of the answer: the one before is spent.',
        `System.out.println(post("/token", ${form({
          grant_type: '"refresh_token"',
          refresh_token: 'System.getenv("REFRESH_TOKEN")',
        })}));`,
      ],
    }),
}
