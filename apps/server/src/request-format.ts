import type { FastifyInstance, FastifyRequest } from 'fastify';
import { findJsonError } from '#libs/http';
import { Refusal } from '#libs/kernel';

/** Makes the server accept bodies only as JSON in UTF-8 without a Content-Encoding, refuse URLs that are not UTF-8, and accept ids in upper or lower case. */
export function acceptOnlyUtf8Json(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    if (request.headers['content-encoding'] !== undefined) {
      void reply.header('accept-encoding', 'identity');
      throw unsupported();
    }
    checkQuery(request);
    lowerIds(request.params as Record<string, string>);
  });
  server.removeAllContentTypeParsers();
  const parse = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      checkCharset(request);
      const text = decodeUtf8(body);
      if (text === '') return done(null, {});
      void parse(request, text, (error, value?: unknown) => (error ? done(malformed(text)) : done(null, value)));
    } catch (error) {
      done(error as Error);
    }
  });
}

const unsupported = () => Object.assign(new Error('unsupported body'), { statusCode: 415 });

function checkCharset({ headers }: FastifyRequest): void {
  const charsets = [...(headers['content-type'] ?? '').matchAll(/;\s*charset\s*=\s*("[^"]*"|[^;\s]*)/gi)];
  if (charsets.some(([, charset]) => !/^"?utf-?8"?$/i.test(charset!))) throw unsupported();
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function decodeUtf8(body: Buffer): string {
  try {
    return decoder.decode(body);
  } catch {
    throw new Refusal('request.not-utf8', 'invalid', 'The body is not UTF-8.');
  }
}

/** Returns the refusal of malformed JSON: it gives line and column, but no content. */
function malformed(text: string): Refusal {
  const place = findJsonError(text);
  if (!place)
    return new Refusal(
      'http.400',
      'invalid',
      'The body has a field that no request may have: __proto__ or constructor.',
    );
  return new Refusal(
    'http.400',
    'invalid',
    `The body is not JSON: see line ${place.line}, column ${place.column}.`,
    [],
    { ...place },
  );
}

/** UUIDs are written in lower case and read in either. */
function lowerIds(params: Record<string, string>): void {
  for (const [name, value] of Object.entries(params)) if (name.endsWith('Id')) params[name] = value.toLowerCase();
}

/** Fastify leaves a part of a query that it can not decode as it is, and Node takes bytes outside ASCII for Latin-1. */
function checkQuery({ url }: FastifyRequest): void {
  if (!url.startsWith('/api/')) return;
  try {
    decodeURIComponent(url.slice(url.indexOf('?') + 1));
    if (/^[!-~]*$/.test(url)) return;
  } catch {
    // refused below
  }
  throw new Refusal('request.not-utf8', 'invalid', 'The address is not percent-encoded UTF-8.');
}
