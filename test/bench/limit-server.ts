/**
 * The limits to compare with: bare `node:http` that does only the unavoidable part of a request. First argument: what it
 * does (`sign`, `read`, `hash`); second: the port.
 */
import { argon2, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

type Work = (form: URLSearchParams) => string | Promise<string>

/** Parses the form and makes one ES256 signature over 300 bytes. */
function signing(): Work {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const payload = randomBytes(300)
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' as const }
  return (form) => {
    const signature = sign('sha256', payload, key).toString('base64url')
    return JSON.stringify({ access_token: signature, grant: form.get('grant_type') })
  }
}

/** Parses the form and makes one indexed read. */
function reading(): Work {
  const db = new DatabaseSync(join(tmpdir(), `sallyport-bench-${process.pid}.db`))
  db.exec('pragma journal_mode = wal; create table tokens (id text primary key, claims text not null)')
  const insert = db.prepare('insert into tokens values (?, ?)')
  db.exec('begin')
  for (let row = 0; row < 10_000; row++) insert.run(`token-${row}`, JSON.stringify({ active: true, row }))
  db.exec('commit')
  const select = db.prepare('select claims from tokens where id = ?')
  let row = 0
  return (form) => {
    row = (row + 7919) % 10_000
    const found = select.get(`token-${row}`) as { claims: string } | undefined
    return `{"active":true,"asked":${JSON.stringify(form.get('token')?.length)},"claims":${found?.claims}}`
  }
}

/** Hashes one password as the product does. */
function hashing(): Work {
  const options = { parallelism: 1, tagLength: 32, memory: 19_456, passes: 2 }
  return (form) =>
    new Promise((resolve, reject) => {
      const parameters = { ...options, message: form.get('password') ?? '', nonce: randomBytes(16) }
      argon2('argon2id', parameters, (error, hash) => (error ? reject(error) : resolve(hash.toString('base64url'))))
    })
}

const WORKS: Readonly<Record<string, () => Work>> = { sign: signing, read: reading, hash: hashing }
const [, , kind = 'sign', port = '0'] = process.argv
const work = WORKS[kind]?.()
if (work === undefined) throw new Error(`no such limit: ${kind}`)

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request) text += chunk
  return text
}

const server = createServer((request, response) => {
  void bodyOf(request)
    .then((text) => work(new URLSearchParams(text)))
    .then((body) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      response.end(body)
    })
})
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'))
process.on('SIGTERM', () => process.exit(0))
