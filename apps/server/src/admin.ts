import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Where `vite build` puts the admin UI, as seen from the built server and from its source. */
const places = ['../../../admin', '../../../dist/admin'].map((place) => join(import.meta.dirname, place));

/** Paths that are never a page of the admin UI: those of the API, of health and of metrics. */
const page = '/:page(^(?!(?:api|health|metrics|assets)$).*$)';
const pages = ['/', page, `${page}/*`];

/**
 * Serves the admin UI: `index.html` at `/` and at each path that a browser opens, so that a deep link works, and the
 * files that it names, which are hashed and never change.
 */
export async function serveAdmin(app: NestFastifyApplication): Promise<void> {
  const directory = places.find((place) => existsSync(join(place, 'index.html')));
  if (!directory) return new Logger('Admin').warn('The admin UI is not built (npm run build).');
  const html = readFileSync(join(directory, 'index.html'), 'utf8');
  await app.register(fastifyStatic, {
    root: join(directory, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    preCompressed: true,
    immutable: true,
    maxAge: '1y',
  });
  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    if (!isPage(request)) return reply.callNotFound();
    const nonce = randomBytes(16).toString('base64');
    return reply
      .header('content-security-policy', policy(nonce))
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(html.replaceAll('CSP_NONCE', nonce));
  };
  for (const address of pages) app.getHttpAdapter().getInstance().get(address, answer);
}

/** Pages that are served whatever the client accepts. Mails link to the second, and some mail programs request a link before a person opens it. */
const forEverybody = new Set(['/', '/set-password']);

/**
 * Returns whether a request gets the admin UI's HTML: `/`, `/set-password`, and every path outside the API for clients that
 * accept HTML. The UI shows the page of the path. Other clients get 404 for an unknown path.
 */
export function isPage({ url, headers }: FastifyRequest): boolean {
  const path = url.split('?', 1)[0]!;
  return (
    forEverybody.has(path) ||
    (!/^\/(?:api|health|metrics|assets)(?:\/|$)/.test(path) && (headers.accept ?? '').includes('text/html'))
  );
}

/** The Content-Security-Policy: nothing from other hosts, no inline script. Mantine adds style elements; they carry the nonce of this response. */
const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
