import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Api, type ApiResponse } from '../support/api.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import type { Plot } from './seed.js';

/** The server under test, in a process of its own, with one account and its administrator's token. */
export class Rollbook {
  readonly directory = mkdtempSync(join(tmpdir(), 'rollbook-bench-'));
  readonly domain = `bench-${randomUUID().slice(0, 8)}.example`;
  private server: ServerProcess | undefined;
  account = '';
  administrator = '';
  /** The administrator's token. */
  token = '';

  /** @param environment beside the data directory */
  constructor(private readonly environment: Record<string, string> = {}) {}

  /** Starts it; returns how long it took until it accepted requests, in ms. */
  async start(extra: Record<string, string> = {}): Promise<number> {
    const began = performance.now();
    this.server = await startServerProcess(this.directory, { ...this.environment, ...extra });
    return performance.now() - began;
  }

  async stop(): Promise<void> {
    await this.server?.end('SIGTERM');
    this.server = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  get url(): string {
    return this.server!.url;
  }

  get pid(): number {
    return this.server!.child.pid!;
  }

  get operator(): Api {
    return new Api(this.url, this.server!.token);
  }

  get operatorToken(): string {
    return this.server!.token;
  }

  get plot(): Plot {
    const { account, administrator, domain, directory } = this;
    return { account, administrator, domain, environment: { ...this.environment, DATA_DIR: directory } };
  }

  /** Opens the account, and lets its administrator add, lock and unlock a user, so that there is an event of each kind. */
  async openAccount(): Promise<void> {
    const person = (name: string) => ({
      email: `${name}@${this.domain}`,
      firstName: 'Grace',
      lastName: 'Hopper',
      country: 'US',
    });
    const opened = done(
      await this.operator.post('/accounts', { name: 'Bench', domains: [this.domain], administrator: person('first') }),
    );
    this.account = opened.accountId;
    this.administrator = opened.administratorId;
    const scopes = ['users:read', 'users:add', 'users:lock', 'audit:read'];
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    this.token = done(
      await this.operator.post('/access-tokens', {
        kind: 'user',
        userId: this.administrator,
        name: 'bench',
        scopes,
        expiresAt,
      }),
    ).token;
    const api = this.operator.as(this.token);
    const { userId } = done(await api.post(`/accounts/${this.account}/users`, person('second')));
    for (const act of ['lock', 'unlock'])
      done(await api.post(`/accounts/${this.account}/users/${userId}/${act}`, { reason: 'as agreed' }));
  }

  /** Waits until the read models have caught up with the log. */
  async caughtUp(): Promise<void> {
    await this.until(({ projections }) => projections.position >= projections.head, 20);
  }

  /** Waits until the read models have caught up and the mails to the added users are sent. */
  async settled(): Promise<void> {
    await this.caughtUp();
    await pause(200); // meanwhile the mails are queued
    await this.until(({ mails }) => mails.owed === 0, 100);
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- the shapes of answers are the API's
  private async until(isThere: (health: any) => boolean, every: number): Promise<void> {
    for (;;) {
      const { status, body } = await this.operator.get('/health/ready');
      if (status === 200 && isThere(body)) return;
      await pause(every);
    }
  }

  /** CPU seconds of the process so far, all threads, and its resident memory in MB. */
  async usage(): Promise<{ cpu: number; memory: number }> {
    const { text } = await this.operator.get('/metrics');
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
    return { cpu: value('process_cpu_seconds_total'), memory: value('process_resident_memory_bytes') / 2 ** 20 };
  }
}

// oxlint-disable-next-line typescript/no-explicit-any -- the shapes of answers are the API's
function done({ status, body, text }: ApiResponse): any {
  if (status >= 300) throw new Error(`the server answered ${status}: ${text}`);
  return body;
}
