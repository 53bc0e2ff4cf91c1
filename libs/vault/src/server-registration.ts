import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ChangedMeanwhile, mustChange, sql, type Engine } from './engine/engine.js';
import { NewerBuildNeeded, checkReadable, lockFormats, type Build } from './event-formats.js';
import type { WrittenFormats } from './written-formats.js';

/** How often a server renews its registration, ms. */
const RENEW_MS = 2_000;
/** How often it tries to register again after its registration has lapsed, ms. */
const RETRY_MS = 500;
/** How long a registration holds after its last renewal, ms. */
const LAPSE_MS = 6_000;

const hasLapsed = `renewed_at < clock_timestamp() - interval '${LAPSE_MS} milliseconds'`;

/** A server that shares the vault. */
interface RegisteredServer extends Pick<Build, 'formats'> {
  /** Identifies this registration: a server that registers again gets another one. */
  readonly registration: string;
  readonly build: string;
  readonly isLive: boolean;
}

/** Is told how the renewals of a registration go. */
interface RegistrationReport {
  /** The registration had lapsed, and this server has registered again. */
  renewedLate(): void;
  failed(error: unknown): void;
}

/** Removes servers whose registration has lapsed. They take no request before they have registered again. */
export const forgetLapsedServers = sql(`DELETE FROM server WHERE ${hasLapsed}`);

/** Returns all registered servers, also those whose registration has lapsed. */
export async function loadServers(engine: Engine): Promise<RegisteredServer[]> {
  const select = sql(`SELECT registration, build, formats, NOT (${hasLapsed}) AS live FROM server`);
  const rows = await engine.query<{ registration: string; build: string; formats: string; live: boolean }>(select);
  return rows.map(({ formats, live, ...row }) => ({
    ...row,
    formats: JSON.parse(formats) as Build['formats'],
    isLive: live,
  }));
}

/** Returns how many servers share the vault now; 0 for a vault in a file, which one server has to itself. */
export async function countServers(engine: Engine): Promise<number> {
  if (!engine.isShared) return 0;
  return (await loadServers(engine)).filter(({ isLive }) => isLive).length;
}

/**
 * The entry of this server among those that share the vault, with the formats of events that it can read. While it holds, no
 * server writes events that this one can't read. A vault in a file has one server: there, it always holds.
 */
export class ServerRegistration {
  private readonly stopping = new AbortController();
  private readonly lost = Promise.withResolvers<Error>();
  private registration: string | undefined;
  /** Until when it surely holds, by `performance.now()`. */
  private safeUntil = -Infinity;
  private running: Promise<void> | undefined;

  /**
   * @param holder names this server, the same after a restart
   * @internal use `Vault.createRegistration`
   */
  constructor(
    private readonly engine: Engine,
    private readonly formats: Pick<WrittenFormats, 'load'>,
    private readonly about: { readonly holder: string; readonly build: Build },
  ) {}

  /** Whether it surely holds now. If not, this server may not take requests. */
  get isCurrent(): boolean {
    return !this.engine.isShared || performance.now() < this.safeUntil;
  }

  /** Resolves with the reason if this server can't register again, because the log may hold events that its build can't read. */
  get refused(): Promise<Error> {
    return this.lost.promise;
  }

  /** Registers this server. Throws `NewerBuildNeeded` if the log may hold events that its build can't read; StoreUnavailable. */
  async register(): Promise<void> {
    if (!this.engine.isShared) return;
    const { holder, build } = this.about;
    for (;;) {
      const startedAt = performance.now();
      const written = await this.formats.load();
      checkReadable(build, written);
      const registration = randomUUID();
      const insert = sql(
        `INSERT INTO server (holder, registration, build, formats, renewed_at)
          SELECT CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS text), clock_timestamp()
          WHERE (SELECT count(*) FROM event_format) = ?
          ON CONFLICT (holder) DO UPDATE SET registration = excluded.registration, build = excluded.build,
            formats = excluded.formats, renewed_at = excluded.renewed_at`,
        holder,
        registration,
        build.name,
        JSON.stringify(build.formats),
        written.length,
      );
      try {
        await this.engine.run([lockFormats, mustChange(insert)]);
      } catch (error) {
        if (error instanceof ChangedMeanwhile) continue;
        throw error;
      }
      this.registration = registration;
      this.safeUntil = startedAt + LAPSE_MS;
      return;
    }
  }

  /** Renews the registration, and registers again if it has lapsed, until {@link stop}. What fails is tried again. */
  start(report: RegistrationReport): void {
    if (this.engine.isShared) this.running = this.repeat(report);
  }

  /** Removes this server from those that share the vault. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    if (this.registration === undefined) return;
    this.safeUntil = -Infinity;
    await this.engine.run([sql('DELETE FROM server WHERE registration = ?', this.registration)]);
  }

  private async repeat(report: RegistrationReport): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      await pause(this.isCurrent ? RENEW_MS : RETRY_MS, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      try {
        if (await this.renew()) continue;
        await this.register();
        report.renewedLate();
      } catch (error) {
        if (error instanceof NewerBuildNeeded) return this.lost.resolve(error);
        report.failed(error);
      }
    }
  }

  /** Returns false if the registration has lapsed. */
  private async renew(): Promise<boolean> {
    const startedAt = performance.now();
    const [renewed] = await this.engine.run([
      sql(
        `UPDATE server SET renewed_at = clock_timestamp() WHERE registration = ? AND NOT (${hasLapsed})`,
        this.registration!,
      ),
    ]);
    if (renewed === 0) return false;
    this.safeUntil = startedAt + LAPSE_MS;
    return true;
  }
}
