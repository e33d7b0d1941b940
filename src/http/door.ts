/** All that one path answers: its routes by method, what it allows, how it refuses. */
import type { Handler, Refused, Request, Response, Route } from './message.ts'
import type { Refusal } from './refusal.ts'

export interface Door {
  readonly name: string
  readonly routes: ReadonlyMap<string, Route>
  /** For 405 and preflights. */
  readonly allow: string
  /** Speaks for the door where no method has been matched. */
  readonly first: Route
}

/** Routes of one path make one door; two routes for one method are a bug of the composition. */
export function doorsOf(routes: readonly Route[]): ReadonlyMap<string, Door> {
  const paths = Map.groupBy(routes, (route) => route.path)
  return new Map([...paths].map(([path, group]) => [path, doorOf(path, group)]))
}

/**
 * Whether another door is at that path for that method, by a path with variables in it: `/clients/bulk` takes POST, and
 * whoever reads it reads the client that is called so.
 */
export function leavesToAnother(doors: ReadonlyMap<string, Door>, path: string, method: string): boolean {
  if (doors.get(path)?.routes.has(method)) return false
  const names = path.split('/')
  return [...doors].some(([other, door]) => {
    if (other === path || !door.routes.has(method)) return false
    const segments = other.split('/')
    return segments.length === names.length && segments.every((each, at) => each === names[at] || each.startsWith(':'))
  })
}

function doorOf(path: string, group: readonly Route[]): Door {
  const [first] = group
  if (first === undefined) throw new TypeError(`no route at ${path}`)
  const routes = new Map<string, Route>()
  for (const route of group) {
    for (const method of route.methods) {
      if (routes.has(method)) throw new TypeError(`two routes for ${method} ${path}`)
      routes.set(method, route)
    }
  }
  const get = routes.get('GET')
  if (get !== undefined && !routes.has('HEAD')) routes.set('HEAD', get)
  const methods = [...routes.keys()]
  const answersOptions = group.some((route) => route.cors !== undefined) && !routes.has('OPTIONS')
  return {
    name: first.name ?? path,
    routes,
    allow: [...methods, ...(answersOptions ? ['OPTIONS'] : [])].join(', '),
    first,
  }
}

/** What stands where no door is: it refuses whoever comes. */
export function noDoor(refused: Route['refused'], refusal: Refusal): Door {
  const handle: Handler = () => {
    throw refusal
  }
  return { name: 'none', routes: new Map(), allow: '', first: { methods: [], path: '', handle, refused } }
}

/** How a refusal looks where no door has a form of its own: as OAuth says it (RFC 6749 §5.2). */
export function refuseAsJson(_request: Request, problem: Refused): Response {
  return {
    status: problem.status,
    headers: { ...problem.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ error: problem.error, error_description: problem.description }),
  }
}
