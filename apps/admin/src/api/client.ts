import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema';
import { isUserActive } from './activity';
import { Problem } from './problem';
import { retryAfterReauthentication } from './reauthentication';
import { storeSessionEnd } from './session-end';

export type Schemas = components['schemas'];

let minPosition = 0;

/** Makes all later reads wait until they show at least this position of the log. */
export const raiseMinPosition = (position: number): void => {
  minPosition = Math.max(minPosition, position);
};

let firstPositionSeen = 0;

/** Returns the log position in the first API response since the UI was loaded in this tab; 0 before that. Later responses show at least this position. */
export const getFirstPositionSeen = (): number => firstPositionSeen;

/** Reads wait for the latest write that this page made or was told of, so that they are never stale. */
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

/** Requests that the page makes by itself do not prolong the session. */
const markBackgroundRequests: Middleware = {
  onRequest({ request }) {
    if (!isUserActive()) request.headers.set('rollbook-background', 'true');
    return request;
  },
  onResponse({ response }) {
    storeSessionEnd(response);
  },
};

/** Copies of requests, which can be sent once more. */
const requestCopies = new WeakMap<Request, Request>();

/** Must be the last middleware, so that the others see the final response. */
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

/** The client of the API, typed by its OpenAPI document. The browser adds the session's cookie. */
export const api = createClient<paths>({ baseUrl: window.location.origin });
api.use(readYourWrites, markBackgroundRequests, reauthenticateAndRetry);

/** Returns the body of a successful response. Throws `Problem` for any other. */
export async function unwrapResponse<Data>(
  call: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<NonNullable<Data>> {
  const { data, error, response } = await call;
  if (!response.ok) throw new Problem(response, error);
  return data!;
}

/** Sends the request of a suggested action, without a body. Throws `Problem`. */
export async function followActionLink({ method, href }: Schemas['ActionLink']): Promise<void> {
  const body =
    method === 'GET' || method === 'DELETE' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } };
  const send = () => fetch(href, { method, ...body });
  const response = await retryAfterReauthentication(await send(), send);
  if (!response.ok) throw new Problem(response, await response.json().catch(() => undefined));
  raiseMinPosition(Number(response.headers.get('rollbook-position') ?? 0));
}
