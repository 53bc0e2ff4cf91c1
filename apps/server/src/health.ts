import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore } from '#libs/event-store';
import type { MailProcess } from '#libs/mail';
import type { ProjectionRunner } from '#libs/read-store';
import type { Vault } from '#libs/vault';
import { toPrintableName } from './printable.js';
import type { StoreHealth } from './store-health.js';
import type { StoreMonitor } from './store-monitor.js';

/** `unavailable`: commands fail; `degraded`: commands work, lists do not or are not up to date. */
export type HealthStatus = 'ok' | 'degraded' | 'unavailable';

/** How long a health response waits for the last position of the log, in ms. */
const headTimeout = 4_000;

/** How many incidents a health response lists. */
const maxIncidents = 20;

/** The health of the server: a status for everybody, details for operators. It contains no personal data. */
export class Health {
  constructor(
    private readonly parts: {
      readonly store: EventStore;
      readonly vault: Vault;
      readonly projections: ProjectionRunner;
      readonly mails: MailProcess;
      readonly stores: StoreHealth;
      readonly monitor: StoreMonitor;
    },
  ) {}

  get status(): HealthStatus {
    const stores = new Set(this.parts.stores.problems.map(({ store }) => store));
    if (stores.has('event-store') || stores.has('vault')) return 'unavailable';
    const isDegraded = stores.has('read-store') || this.projectionStatus !== 'ok' || this.foreignData.status !== 'ok';
    return isDegraded ? 'degraded' : 'ok';
  }

  /** Returns the state of the stores, of the projections and of the mails. */
  async details() {
    const head = await this.head();
    const { problems } = this.parts.stores;
    const { position, failing } = this.parts.projections.health();
    const { problem, owed, parked } = await this.parts.mails.health();
    const isAway = (name: string) => (problems.some(({ store }) => store === name) ? 'unavailable' : 'ok');
    return {
      status: this.status,
      eventStore: isAway('event-store'),
      readStore: isAway('read-store'),
      problems,
      projections: { status: this.projectionStatus, position, head: head ?? null, failing: failing ?? null },
      foreignData: { ...this.foreignData, latest: this.listIncidents() },
      mails: { status: problem ? 'failing' : 'ok', owed, parked, problem: problem ?? null },
    };
  }

  /** Returns the last position of the log, or undefined while the event store does not answer. */
  async head(): Promise<number | undefined> {
    if (this.parts.stores.problems.some(({ store, kind }) => store === 'event-store' && kind === 'away'))
      return undefined;
    return Promise.race([
      this.parts.store.lastPosition().catch(() => undefined),
      pause(headTimeout, undefined, { ref: false }),
    ]);
  }

  /** What others have written into the stores of this installation, from outside. Acknowledged incidents are counted, but no problem. */
  private get foreignData() {
    const { witness, foreignRows } = this.parts.vault;
    const { foreignRanges: eventRanges, changedStreams } = witness.state;
    const { count: tamperedStreams } = this.parts.store.tampered;
    const vaultRows = Object.values(foreignRows).reduce((sum, count) => sum + count, 0);
    const isFound = tamperedStreams + vaultRows > 0 || witness.hasUnacknowledged();
    return { status: isFound ? 'found' : 'ok', eventRanges, changedStreams, tamperedStreams, vaultRows };
  }

  private listIncidents() {
    const { store, vault } = this.parts;
    const witnessed = vault.witness.listIncidents(maxIncidents).map(({ stream, first, last, isAcknowledged }) => ({
      stream: toPrintableName(stream),
      ...(first !== undefined && { first, last }),
      isAcknowledged,
    }));
    return [...store.tampered.list(maxIncidents), ...witnessed].slice(0, maxIncidents);
  }

  private get projectionStatus(): 'ok' | 'failing' | 'stalled' | 'catching up' {
    const { caughtUp, failing } = this.parts.projections.health();
    if (failing) return 'failing';
    if (this.parts.monitor.projectionsStalled) return 'stalled';
    return caughtUp ? 'ok' : 'catching up';
  }
}
