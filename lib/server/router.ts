import type { Handler } from './hot';
import type { LimitName } from './rates';

/** Route binds one method and pattern to a handler. `:name` in a pattern matches one segment; `*name` at the end matches the rest. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  pattern: string;
  handler: Handler;
  /** the rate that a peer may ask at, if there is one */
  limit?: LimitName | undefined;
}

export interface Match {
  route: Route;
  params: Readonly<Record<string, string>>;
}

interface Compiled {
  segments: string[];
  route: Route;
}

/** RouteResult is a match, a list of the methods an address does answer, or null for an address we do not serve. */
export type RouteResult = Match | { allow: string[] } | null;

const NO_PARAMS: Readonly<Record<string, string>> = {};

/** Router finds a request's handler: exact addresses in one look-up, patterns by their first segment. */
export class Router {
  private readonly exact = new Map<string, Route[]>();
  private readonly patterns = new Map<string, Compiled[]>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      if (!/[:*]/.test(route.pattern)) push(this.exact, route.pattern, route);
      else push(this.patterns, stem(route.pattern), { segments: route.pattern.split('/').slice(1), route });
    }
  }

  /** find looks up a method and a path (without its query). HEAD is answered by GET's handler. */
  find(method: string, path: string): RouteResult {
    const wanted = method === 'HEAD' ? 'GET' : method;
    const exact = this.exact.get(path);
    if (exact !== undefined) {
      const route = exact.find((candidate) => candidate.method === wanted);
      return route === undefined ? { allow: methodsOf(exact) } : { route, params: NO_PARAMS };
    }
    const seen: Route[] = [];
    const segments = path.split('/').slice(1);
    for (const { segments: pattern, route } of this.patterns.get(stem(path)) ?? []) {
      const params = matchSegments(pattern, segments);
      if (params === null) continue;
      if (route.method === wanted) return { route, params };
      seen.push(route);
    }
    return seen.length > 0 ? { allow: methodsOf(seen) } : null;
  }
}

/** The first segment, which no pattern leaves open: `api`, `tlog`. */
function stem(path: string): string {
  const end = path.indexOf('/', 1);
  return path.slice(1, end === -1 ? path.length : end);
}

function matchSegments(pattern: string[], segments: string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    if (part.startsWith('*')) {
      params[part.slice(1)] = segments.slice(i).join('/');
      return segments.length > i ? params : null;
    }
    const segment = segments[i];
    if (segment === undefined) return null;
    if (part.startsWith(':')) {
      const decoded = decode(segment);
      if (decoded === null || decoded === '') return null;
      params[part.slice(1)] = decoded;
    } else if (part !== segment) return null;
  }
  return segments.length === pattern.length ? params : null;
}

function decode(segment: string): string | null {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function methodsOf(routes: readonly Route[]): string[] {
  const methods = routes.flatMap((route) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]));
  return [...new Set([...methods, 'OPTIONS'])];
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
