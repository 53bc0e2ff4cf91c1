import { listProblemCodes } from '../../apps/server/src/refusal-codes.js';
import { checkDocumented } from './documented.js';

/** A response of the API. */
export interface ApiResponse {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- each test states the type that it expects
  readonly body: any;
  /** Without a byte order mark. */
  readonly text: string;
  readonly bytes: Buffer;
  readonly headers: Headers;
  readonly etag: string | null;
  readonly position: number;
}

type HeaderFields = Readonly<Record<string, string>>;

/** Sends requests to a server as one caller. Reads wait for the last write of all callers that share this server's API. */
export class Api {
  constructor(
    readonly url: string,
    private readonly token: string | undefined,
    private readonly lastWrite: { position: number } = { position: 0 },
    private readonly defaultHeaders: HeaderFields = {},
  ) {}

  /** Returns the API of the same server for another caller. */
  as(token: string | undefined): Api {
    return new Api(this.url, token, this.lastWrite);
  }

  /** Returns the API of another server of the installation for the same caller. */
  at(url: string): Api {
    return new Api(url, this.token, this.lastWrite, this.defaultHeaders);
  }

  /** Returns the API of the same server as a page of its own in a browser uses it, with the cookies that the response of a login set (or none). */
  inBrowser(login?: ApiResponse): Api {
    const cookie = login?.headers
      .getSetCookie()
      .map((given) => given.split(';', 1)[0])
      .join('; ');
    return new Api(this.url, undefined, this.lastWrite, { origin: this.url, ...(cookie && { cookie }) });
  }

  get = (path: string, headers: HeaderFields = {}) =>
    this.send('GET', path, undefined, { 'rollbook-min-position': String(this.lastWrite.position), ...headers });
  post = (path: string, body: unknown = {}, headers: HeaderFields = {}) => this.send('POST', path, body, headers);
  patch = (path: string, body: unknown = {}, headers: HeaderFields = {}) => this.send('PATCH', path, body, headers);
  put = (path: string, body: unknown = {}, headers: HeaderFields = {}) => this.send('PUT', path, body, headers);
  delete = (path: string, headers: HeaderFields = {}) => this.send('DELETE', path, undefined, headers);

  async send(method: string, path: string, body: unknown, headers: HeaderFields = {}): Promise<ApiResponse> {
    const url =
      this.url +
      (path.startsWith('/health') || path === '/metrics' || path.startsWith('/api') ? path : `/api/v1${path}`);
    const response = await fetch(url, {
      method,
      headers: {
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...this.defaultHeaders,
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    const position = Number(response.headers.get('rollbook-position') ?? 0);
    if (method !== 'GET') this.lastWrite.position = Math.max(this.lastWrite.position, position);
    const type = response.headers.get('content-type') ?? '';
    const json = /json/.test(type) ? JSON.parse(text) : undefined;
    if (type.startsWith('application/problem+json')) checkDescribed(response.status, json as Problem);
    if (json !== undefined) checkDocumented(method, url, response.status, type, json);
    return {
      status: response.status,
      body: json,
      text,
      bytes,
      headers: response.headers,
      etag: response.headers.get('etag'),
      position,
    };
  }
}

interface Problem {
  readonly code: string;
  readonly actions: readonly { readonly action: string }[];
}

const described = new Map(listProblemCodes().map((row) => [row.code, row]));

/** Throws unless docs/codes.md lists this problem with its code, its status and each suggested action. */
function checkDescribed(status: number, { code, actions }: Problem): void {
  const row = described.get(code);
  if (row?.status !== status) throw new Error(`No description says that ${code} has the status ${status}.`);
  for (const { action } of actions)
    if (!row.actions?.includes(action)) throw new Error(`The description of ${code} does not offer ${action}.`);
}
