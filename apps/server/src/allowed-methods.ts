import type { FastifyInstance } from 'fastify';
import { isPage } from './admin.js';

/** Makes the server respond with 405 and an `Allow` header if a path has routes, but none with the request's method. */
export function refuseWrongMethods(server: FastifyInstance): void {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  server.addHook('onRoute', ({ url, method }) => {
    // The routes of the admin UI match every path.
    if (!url.includes('(')) routes.push({ pattern: patternOf(url), methods: [method].flat() });
  });
  server.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    const path = request.url.split('?', 1)[0]!;
    const there = routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    const allowed = there.length > 0 ? there : isPage(request) ? ['GET', 'HEAD'] : [];
    if (allowed.length === 0 || allowed.includes(request.method)) return;
    void reply.header('allow', [...new Set(allowed)].toSorted().join(', '));
    throw Object.assign(new Error('wrong method'), { statusCode: 405 });
  });
}

/** Converts a route's path to a regular expression: `:name` matches one segment, `*` any number of them. */
function patternOf(url: string): RegExp {
  const segments = url
    .split('/')
    .map((segment) =>
      segment.startsWith(':') ? '[^/]+' : segment === '*' ? '.*' : segment.replace(/[^\w-]/g, '\\$&'),
    );
  return new RegExp(`^${segments.join('/')}$`);
}
