import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema';
import { isSomebodyActive } from './activity';
import { Problem } from './problem';
import { reauthenticating } from './reauthentication';
import { readSessionEnd } from './session-end';

export type Schemas = components['schemas'];

let seen = 0;

/** From now on reads show at least this position of the log. */
export const readFrom = (position: number): void => {
  seen = Math.max(seen, position);
};

let first = 0;

/** The position of the log that the first answer to this page showed; 0 before that. What was read later is not older. */
export const firstPosition = (): number => first;

/** Reads wait for the last write that this page made or heard of: never a stale row. */
const readYourWrites: Middleware = {
  onRequest({ request }) {
    if (request.method === 'GET' && seen) request.headers.set('rollbook-min-position', String(seen));
    return request;
  },
  onResponse({ request, response }) {
    const position = Number(response.headers.get('rollbook-position') ?? 0);
    first ||= position;
    if (request.method !== 'GET') readFrom(position);
  },
};

/** What the page asks by itself does not keep the session from ending. */
const sayWhoAsks: Middleware = {
  onRequest({ request }) {
    if (!isSomebodyActive()) request.headers.set('rollbook-background', 'true');
    return request;
  },
  onResponse({ response }) {
    readSessionEnd(response);
  },
};

/** The bodies of requests that may have to be sent once more. */
const copies = new WeakMap<Request, Request>();

/** Added last: the others see the answer that counts. */
const askAgain: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') copies.set(request, request.clone());
    return request;
  },
  onResponse({ request, response }) {
    const copy = copies.get(request);
    return copy && reauthenticating(response, () => fetch(copy));
  },
};

/** The API, typed by its OpenAPI document. The browser sends the session's cookie by itself. */
export const api = createClient<paths>({ baseUrl: window.location.origin });
api.use(readYourWrites, sayWhoAsks, askAgain);

/** What was answered. Throws `Problem`. */
export async function answered<Data>(
  call: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<NonNullable<Data>> {
  const { data, error, response } = await call;
  if (!response.ok) throw new Problem(response, error);
  return data!;
}

/** Takes a next step that a refusal offered. Throws `Problem`. */
export async function take({ method, href }: Schemas['ActionLink']): Promise<void> {
  const body =
    method === 'GET' || method === 'DELETE' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } };
  const send = () => fetch(href, { method, ...body });
  const response = await reauthenticating(await send(), send);
  if (!response.ok) throw new Problem(response, await response.json().catch(() => undefined));
  readFrom(Number(response.headers.get('rollbook-position') ?? 0));
}
