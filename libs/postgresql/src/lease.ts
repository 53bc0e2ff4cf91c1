import { setTimeout as pause } from 'node:timers/promises';

/** Runs one SQL statement with `$1`, `$2`, … and returns its rows. */
export type RunSql = (text: string, values: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;

/** The table of leases, for the schema of the database that holds it. */
export const createLeaseTable = `CREATE TABLE lease (
  name text PRIMARY KEY,
  holder text NOT NULL,
  token bigint NOT NULL,
  renewed_at timestamptz NOT NULL
)`;

/** How often a holder renews its lease, and how often others try to take it, ms. */
const RENEWAL_MS = 2_000;
/** After how long without renewal a lease can be taken over, by the clock of the database, ms. */
const EXPIRY_MS = 6_000;
/** A holder that could not renew for this long gives up before another one can take over, ms. */
const GIVE_UP_MS = 5_000;

export interface LeaseOptions {
  readonly run: RunSql;
  /** What the lease is for, like `mails`. */
  readonly name: string;
  /** Identifies this process, or this part of it. */
  readonly holder: string;
  /** Is called with each failure of `work` or of the database. */
  readonly onProblem: (error: unknown) => void;
}

/**
 * Work that at most one of several servers does at a time. A server that was stopped and wakes up may do a little more of
 * it: what it writes must be conditional on what it has read.
 */
export class Lease {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private held = false;

  constructor(private readonly options: LeaseOptions) {}

  /** Whether this server holds the lease now. */
  get isHeld(): boolean {
    return this.held;
  }

  /**
   * Waits for the lease, again and again, and does the work while it is held.
   * @param work ends soon after its signal is aborted; if it ends earlier or fails, it is begun again
   */
  start(work: (signal: AbortSignal) => Promise<void>): void {
    this.running = this.repeat(work);
  }

  /** Stops the work and releases the lease, so that another server can take it at once. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async repeat(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const token = await this.take();
        if (token !== undefined) await this.hold(token, work);
      } catch (error) {
        if (!signal.aborted) this.options.onProblem(error);
      }
      await pause(RENEWAL_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** Takes the lease if it is free. Returns the number of this tenure, or undefined. */
  private async take(): Promise<number | undefined> {
    const { run, name, holder } = this.options;
    const rows = await run(
      `INSERT INTO lease (name, holder, token, renewed_at) VALUES ($1, $2, 1, clock_timestamp())
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, token = lease.token + 1, renewed_at = excluded.renewed_at
       WHERE lease.renewed_at < clock_timestamp() - $3 * interval '1 ms'
       RETURNING token`,
      [name, holder, EXPIRY_MS],
    );
    return rows[0]?.['token'] as number | undefined;
  }

  private async hold(token: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { run, name } = this.options;
    const lost = new AbortController();
    const working = AbortSignal.any([lost.signal, this.stopping.signal]);
    const renewing = this.renew(token, lost, working);
    this.held = true;
    try {
      await work(working);
    } finally {
      this.held = false;
      lost.abort();
      await renewing;
      await run("UPDATE lease SET renewed_at = '-infinity' WHERE name = $1 AND token = $2", [name, token]);
    }
  }

  /** Renews the lease until `signal` is aborted. Aborts `lost` when another server may have it. */
  private async renew(token: number, lost: AbortController, signal: AbortSignal): Promise<void> {
    const { run, name, onProblem } = this.options;
    const statement = 'UPDATE lease SET renewed_at = clock_timestamp() WHERE name = $1 AND token = $2 RETURNING token';
    let renewedAt = performance.now();
    for (;;) {
      await pause(RENEWAL_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const startedAt = performance.now();
      try {
        if ((await run(statement, [name, token])).length === 0) return lost.abort();
        renewedAt = startedAt;
      } catch (error) {
        onProblem(error);
      }
      if (performance.now() - renewedAt > GIVE_UP_MS) return lost.abort();
    }
  }
}
