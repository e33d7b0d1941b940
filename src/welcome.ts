/** The way from the root to the console, and the documentation: a page of contents, and each document as the text that it is. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Request, Response, Route } from '#http/message.ts'
import { html, page, refusedAsPlainPage } from '#http/page.ts'

const METHODS = ['GET']
const TITLE = 'Documentation'

const DOCUMENTS = [
  ['quick-start.md', 'Quick start: a first token in one minute'],
  ['console.md', 'The console'],
  ['cli.md', 'The command line'],
  ['configuration-as-code.md', 'A realm as a file: export, plan, apply'],
  ['integrate-node.md', 'Integrate from Node.js'],
  ['integrate-python.md', 'Integrate from Python'],
  ['integrate-go.md', 'Integrate from Go'],
  ['integrate-curl.md', 'Every flow with curl'],
  ['protocol.md', 'What the authorization server speaks'],
  ['facades.md', 'Older shapes'],
  ['oauth-servers.md', 'The door out: OAuth servers'],
  ['provider-profiles.md', 'The door out: provider profiles'],
  ['outbound.md', 'The door out: tokens, calls, accounts of users, connectors'],
  ['management-api.md', 'The management API'],
  ['configuration.md', 'Configuration of the process'],
  ['operations.md', 'Operations: health, backup, upgrades'],
  ['security-model.md', 'The security model'],
] as const

/** `docs` is the folder with the documentation; its files are read once. */
export function welcomeRoutes(docs: string): readonly Route[] {
  const names = readdirSync(docs).filter((name) => name.endsWith('.md'))
  const texts = new Map(names.map((name) => [name, readFileSync(join(docs, name))]))
  const refused = refusedAsPlainPage
  return [
    {
      methods: METHODS,
      path: '/',
      handle: () => ({ status: 302, headers: { location: '/console/' }, body: '' }),
      refused,
    },
    { methods: METHODS, path: '/docs', handle: contents, refused },
    { methods: METHODS, path: '/docs/:name', handle: (request) => documentation(texts, request), refused },
  ]
}

function contents(): Response {
  const links = DOCUMENTS.map(([name, title]) => html`<li><a href="/docs/${name}">${title}</a></li>`)
  return page({
    title: TITLE,
    status: 200,
    body: html`
      <h1>${TITLE}</h1>
      <p>Sallyport is an OAuth 2.0 and OpenID Connect server. The realm <strong>default</strong> is ready for your
      applications; the realm <strong>system</strong> holds administrators, who work in the
      <a href="/console/">console</a>.</p>
      <ul class="links">${links}</ul>
      <h2>What a client needs</h2>
      <ul class="links">
      <li><a href="/realms/default/.well-known/openid-configuration">Discovery document of the realm default</a></li>
      <li><a href="/api/v1/docs/">Reference of the management API</a>, and its
      <a href="/api/v1/openapi.json">OpenAPI description</a></li>
      </ul>`,
  })
}

function documentation(texts: ReadonlyMap<string, Buffer>, request: Request): Response {
  const text = texts.get(request.params['name'] ?? '')
  if (text === undefined) {
    return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'no such document\n' }
  }
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text }
}
