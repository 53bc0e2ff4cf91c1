import { setTimeout as pause } from 'node:timers/promises';

/** Runs one SQL statement with parameters `$1`, `$2`, … and returns its rows. */
export type RunSql = (statement: string, parameters: readonly unknown[]) => Promise<readonly unknown[]>;

export interface LeaseOptions {
  readonly run: RunSql;
  /** The table of leases: `name` (the key), `holder`, `token` (bigint) and `renewed_at` (timestamptz). */
  readonly table: string;
  readonly name: string;
  /** Names this process to people, and to itself after a restart. */
  readonly holder: string;
  /** How often the holder renews it, and how often others try to take it over, in ms. */
  readonly renewMs?: number;
  /** How long after its last renewal others may take it over, in ms. */
  readonly expiryMs?: number;
}

/** Another process has taken the lease over, so this one may not write any more. */
export class LeaseLost extends Error {}

const DEFAULT_RENEW_MS = 2_000;
const DEFAULT_EXPIRY_MS = 6_000;

/**
 * A right that one process has at a time, by a row in a database. Times are those of the database's clock. The holder may be
 * stopped and wake up after another has taken over, so its writes must also depend on the token, which each takeover raises.
 */
export class Lease {
  #token: number | undefined;
  /** Until when no other process can have taken it over, by `performance.now()`. */
  #safeUntil = -Infinity;
  readonly #ending = new AbortController();
  #running: Promise<void> | undefined;
  readonly #renewMs: number;
  readonly #expiryMs: number;

  constructor(private readonly options: LeaseOptions) {
    this.#renewMs = options.renewMs ?? DEFAULT_RENEW_MS;
    this.#expiryMs = options.expiryMs ?? DEFAULT_EXPIRY_MS;
  }

  /** The token of the holder; undefined while another process holds the lease, as far as this one knows. */
  get token(): number | undefined {
    return this.#token;
  }

  /** Whether surely no other process holds it now: for work outside of the database, which no token protects. */
  get isSafe(): boolean {
    return this.#token !== undefined && performance.now() < this.#safeUntil;
  }

  /**
   * Renews the lease if this process holds it, else takes it if it is free or has expired. Throws the database's errors;
   * the token then stays as it was.
   * @param takeOverOwn whether a lease of the same holder counts as free: at a start, when the former process has ended
   */
  async attempt(takeOverOwn = false): Promise<void> {
    const startedAt = performance.now();
    this.#token = (this.#token !== undefined && (await this.#renew())) || (await this.#take(takeOverOwn));
    if (this.#token !== undefined) this.#safeUntil = startedAt + this.#expiryMs;
  }

  /** Attempts it regularly until {@link stop}. Calls `onChange` after the token has changed, and `onError` with why an attempt failed. */
  start(onChange: () => void, onError: (error: unknown) => void): void {
    this.#running = this.#repeat(onChange, onError, this.#ending.signal);
  }

  /** Ends the attempts, and gives the lease back, so that others need not wait until it has expired. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    if (this.#token === undefined) return;
    const { run, table, name } = this.options;
    const token = this.#token;
    this.#token = undefined;
    await run(`update ${table} set renewed_at = '-infinity' where name = $1 and token = $2`, [name, token]);
  }

  async #repeat(onChange: () => void, onError: (error: unknown) => void, signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(this.#renewMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      const before = this.#token;
      await this.attempt().catch(onError);
      if (this.#token !== before) onChange();
    }
  }

  async #renew(): Promise<number | undefined> {
    const { run, table, name } = this.options;
    return tokenOf(
      await run(`update ${table} set renewed_at = clock_timestamp() where name = $1 and token = $2 returning token`, [
        name,
        this.#token,
      ]),
    );
  }

  async #take(takeOverOwn: boolean): Promise<number | undefined> {
    const { run, table, name, holder } = this.options;
    return tokenOf(
      await run(
        `insert into ${table} as lease (name, holder, token, renewed_at) values ($1, $2, 1, clock_timestamp())
        on conflict (name) do update set holder = excluded.holder, token = lease.token + 1, renewed_at = excluded.renewed_at
        where lease.renewed_at < clock_timestamp() - $3 * interval '1 millisecond' or ($4 and lease.holder = excluded.holder)
        returning token`,
        [name, holder, this.#expiryMs, takeOverOwn],
      ),
    );
  }
}

const tokenOf = (rows: readonly unknown[]): number | undefined => {
  const row = rows[0] as { token: number | string } | undefined;
  return row && Number(row.token);
};
