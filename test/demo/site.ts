import { Api } from '../support/api.js';

/** An error that ends the demo, with a message of one line. */
export class DemoError extends Error {}

/** A caller of the API. */
export class Agent {
  constructor(
    private readonly api: Api,
    private readonly counts: Map<string, number>,
  ) {}

  as(token: string): Agent {
    return new Agent(this.api.as(token), this.counts);
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- the shapes of answers are the API's
  async ask(method: string, path: string, body?: unknown): Promise<any> {
    const reply = await this.api.send(method, path, body).catch((error: unknown) => {
      const { code = 'no answer' } = ((error as Error).cause ?? {}) as { code?: string };
      throw new DemoError(`No server answers at ${this.api.url} (${code}). Start one with: npm start`);
    });
    if (reply.status < 300) return reply.body;
    const { code, detail } = (reply.body ?? {}) as { code?: string; detail?: string };
    throw new DemoError(
      `${method} ${path} was answered ${reply.status} ${code ?? ''}: ${detail ?? reply.text.slice(0, 200)}`,
    );
  }

  /** Sends a request, and counts it as done. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the shapes of answers are the API's
  async do(what: string, method: string, path: string, body: unknown): Promise<any> {
    const answer: unknown = await this.ask(method, path, body);
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
    return answer;
  }
}

/** The installation, with its operator and the service at which people register and log in. */
export interface Site {
  readonly operator: Agent;
  readonly service: Agent;
  /** How often each act was done. */
  readonly counts: ReadonlyMap<string, number>;
  /** Makes the domains of this run unique. */
  readonly run: string;
  readonly seed: number;
}

/** Throws `DemoError` if no server answers or the token is unknown. */
export async function openSite({ url, token, seed }: { url: string; token: string; seed: number }): Promise<Site> {
  const counts = new Map<string, number>();
  const operator = new Agent(new Api(url.replace(/\/$/, ''), token), counts);
  const { actor } = await operator.ask('GET', '/me');
  if (actor?.kind !== 'operator')
    throw new DemoError('The token is not that of an operator, who alone opens accounts.');
  const scopes = ['registrations:create', 'logins:record'];
  const { token: secret } = await operator.ask('POST', '/access-tokens', {
    kind: 'service',
    name: 'login page',
    scopes,
    expiresAt: tomorrow(),
  });
  return { operator, service: operator.as(secret), counts, run: Date.now().toString(36).slice(-6), seed };
}

export const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString();
