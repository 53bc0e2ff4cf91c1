import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore } from '#libs/event-store';
import type { MailProcess } from '#libs/mail';
import type { ReadModels } from '#libs/read-store';
import type { ServerRegistration, Vault } from '#libs/vault';
import { toPrintableName } from './printable.js';
import type { StoreHealth } from './store-health.js';
import type { StoreMonitor } from './store-monitor.js';

/**
 * `unavailable`: commands fail; `building`: commands work, but lists are refused until the read models of this version are
 * built, so a balancer should prefer servers of the former version; `degraded`: commands work, lists are not up to date.
 */
export type HealthStatus = 'ok' | 'degraded' | 'building' | 'unavailable';

/** The state of the stores, of the projections and of the mails. */
export type HealthDetails = Awaited<ReturnType<Health['details']>>;

/** Returns whether a balancer should send requests to a server with this status. */
export const isReady = (status: HealthStatus): boolean => status === 'ok' || status === 'degraded';

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
      readonly registration: Pick<ServerRegistration, 'isCurrent'>;
      readonly readModels: ReadModels;
      readonly mails: MailProcess;
      readonly stores: StoreHealth;
      readonly monitor: StoreMonitor;
    },
  ) {}

  get status(): HealthStatus {
    const stores = new Set(this.parts.stores.problems.map(({ store }) => store));
    const isAway = stores.has('event-store') || stores.has('vault');
    if (isAway || !this.parts.registration.isCurrent) return 'unavailable';
    if (!this.parts.readModels.isBuilt) return 'building';
    const isDegraded = stores.has('read-store') || this.projectionStatus !== 'ok' || this.foreignData.status !== 'ok';
    return isDegraded ? 'degraded' : 'ok';
  }

  /** Returns the state of the stores, of the projections and of the mails. */
  async details() {
    const head = await this.head();
    const { problems } = this.parts.stores;
    const { position, failing, building, rebuilding } = this.parts.readModels.health();
    const { problem, owed, parked } = await this.parts.mails.health();
    const isAway = (name: string) => (problems.some(({ store }) => store === name) ? 'unavailable' : 'ok');
    return {
      status: this.status,
      eventStore: isAway('event-store'),
      readStore: isAway('read-store'),
      problems,
      projections: {
        status: this.projectionStatus,
        position,
        head: head ?? null,
        failing: failing ?? null,
        building,
        rebuilding,
      },
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

  private get projectionStatus(): 'ok' | 'failing' | 'stalled' | 'building' | 'catching up' {
    const { caughtUp, failing } = this.parts.readModels.health();
    if (failing) return 'failing';
    if (!this.parts.readModels.isBuilt) return 'building';
    if (this.parts.monitor.projectionsStalled) return 'stalled';
    return caughtUp ? 'ok' : 'catching up';
  }
}
