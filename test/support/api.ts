import { listProblemCodes } from '../../apps/server/src/refusal-codes.js';
import { checkDocumented } from './documented.js';

/** An answer of the API, as a test looks at it. */
export interface Reply {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test says what it expects of a body
  readonly body: any;
  /** Without a byte order mark. */
  readonly text: string;
  readonly bytes: Buffer;
  readonly headers: Headers;
  readonly etag: string | null;
  readonly position: number;
}

type Options = Readonly<Record<string, string>>;

/** Speaks HTTP to a server as one caller. Reads wait for the last write that a test made, as whichever caller. */
export class Api {
  constructor(
    readonly url: string,
    private readonly token: string | undefined,
    private readonly last: { position: number } = { position: 0 },
    private readonly always: Options = {},
  ) {}

  /** The same server, another caller. */
  as(token: string | undefined): Api {
    return new Api(this.url, token, this.last);
  }

  /** The same server, from one of its own pages in a browser, with the cookies that this reply gave it (or none). */
  inBrowser(entered?: Reply): Api {
    const cookie = entered?.headers
      .getSetCookie()
      .map((given) => given.split(';', 1)[0])
      .join('; ');
    return new Api(this.url, undefined, this.last, { origin: this.url, ...(cookie && { cookie }) });
  }

  get = (path: string, headers: Options = {}) =>
    this.send('GET', path, undefined, { 'rollbook-min-position': String(this.last.position), ...headers });
  post = (path: string, body: unknown = {}, headers: Options = {}) => this.send('POST', path, body, headers);
  patch = (path: string, body: unknown = {}, headers: Options = {}) => this.send('PATCH', path, body, headers);
  put = (path: string, body: unknown = {}, headers: Options = {}) => this.send('PUT', path, body, headers);
  delete = (path: string, headers: Options = {}) => this.send('DELETE', path, undefined, headers);

  async send(method: string, path: string, body: unknown, headers: Options = {}): Promise<Reply> {
    const url =
      this.url +
      (path.startsWith('/health') || path === '/metrics' || path.startsWith('/api') ? path : `/api/v1${path}`);
    const response = await fetch(url, {
      method,
      headers: {
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...this.always,
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    const position = Number(response.headers.get('rollbook-position') ?? 0);
    if (method !== 'GET') this.last.position = Math.max(this.last.position, position);
    const type = response.headers.get('content-type') ?? '';
    const json = /json/.test(type) ? JSON.parse(text) : undefined;
    if (type.startsWith('application/problem+json')) {
      checkDescribed(response.status, json as Problem);
      checkDocumented(method, url, json as Problem);
    }
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

/** Throws unless docs/codes.md describes a problem that the server answered: its code, with its status, and each next step. */
function checkDescribed(status: number, { code, actions }: Problem): void {
  const row = described.get(code);
  if (row?.status !== status) throw new Error(`No description says that ${code} has the status ${status}.`);
  for (const { action } of actions)
    if (!row.actions?.includes(action)) throw new Error(`The description of ${code} does not offer ${action}.`);
}
