import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema';
import { isUserActive } from './activity';
import { Problem } from './problem';
import { retryAfterReauthentication } from './reauthentication';
import { storeSessionEnd } from './session-end';

export type Schemas = components['schemas'];

let minPosition = 0;

/** From now on reads show at least this position of the log. */
export const raiseMinPosition = (position: number): void => {
  minPosition = Math.max(minPosition, position);
};

let firstPositionSeen = 0;

/** The position of the log that the first answer to this page showed; 0 before that. What was read later is not older. */
export const getFirstPositionSeen = (): number => firstPositionSeen;

/** Reads wait for the last write that this page made or heard of: never a stale row. */
const readYourWrites: Middleware = {
  onRequest({ request }) {
    if (request.method === 'GET' && minPosition) request.headers.set('rollbook-min-position', String(minPosition));
    return request;
  },
  onResponse({ request, response }) {
    const position = Number(response.headers.get('rollbook-position') ?? 0);
    firstPositionSeen ||= position;
    if (request.method !== 'GET') raiseMinPosition(position);
  },
};

/** What the page asks by itself does not keep the session from ending. */
const markBackgroundRequests: Middleware = {
  onRequest({ request }) {
    if (!isUserActive()) request.headers.set('rollbook-background', 'true');
    return request;
  },
  onResponse({ response }) {
    storeSessionEnd(response);
  },
};

/** The bodies of requests that may have to be sent once more. */
const requestCopies = new WeakMap<Request, Request>();

/** Added last: the others see the answer that counts. */
const reauthenticateAndRetry: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') requestCopies.set(request, request.clone());
    return request;
  },
  onResponse({ request, response }) {
    const copy = requestCopies.get(request);
    return copy && retryAfterReauthentication(response, () => fetch(copy));
  },
};

/** The API, typed by its OpenAPI document. The browser sends the session's cookie by itself. */
export const api = createClient<paths>({ baseUrl: window.location.origin });
api.use(readYourWrites, markBackgroundRequests, reauthenticateAndRetry);

/** What was answered. Throws `Problem`. */
export async function unwrapResponse<Data>(
  call: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<NonNullable<Data>> {
  const { data, error, response } = await call;
  if (!response.ok) throw new Problem(response, error);
  return data!;
}

/** Takes a next step that a refusal offered. Throws `Problem`. */
export async function followActionLink({ method, href }: Schemas['ActionLink']): Promise<void> {
  const body =
    method === 'GET' || method === 'DELETE' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } };
  const send = () => fetch(href, { method, ...body });
  const response = await retryAfterReauthentication(await send(), send);
  if (!response.ok) throw new Problem(response, await response.json().catch(() => undefined));
  raiseMinPosition(Number(response.headers.get('rollbook-position') ?? 0));
}
