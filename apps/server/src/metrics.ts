import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { EventStore } from '#libs/event-store';
import { storeNames } from '#libs/kernel';
import type { MailProcess } from '#libs/mail';
import type { BuildProgress, ReadModels } from '#libs/read-store';
import type { Vault } from '#libs/vault';
import type { StoreHealth } from './store-health.js';

/** The metrics of one process, as prom-client aggregates them. */
export type MetricsOfProcess = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/**
 * What Prometheus scrapes. Labels are names of routes, commands and outcomes, never of people. `aggregator` says how the values
 * of several workers become one; without it they are added. A gauge of what all workers share is not added.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly commands: Counter;
  private readonly requests: Histogram;
  private readonly lag: Gauge;
  private readonly failing: Gauge;

  constructor(
    private readonly readModels: ReadModels,
    mails: MailProcess,
    stores: StoreHealth,
    { store, vault }: { readonly store: EventStore; readonly vault: Vault },
  ) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.commands = new Counter({
      name: 'rollbook_commands_total',
      help: 'Commands by type and outcome',
      labelNames: ['command', 'outcome'],
      registers,
    });
    this.requests = new Histogram({
      name: 'rollbook_request_seconds',
      help: 'Requests by route and status',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.lag = new Gauge({
      name: 'rollbook_projection_lag_positions',
      help: 'How far the read models are behind the log, in positions',
      aggregator: 'max',
      registers,
    });
    this.failing = new Gauge({
      name: 'rollbook_projection_failing',
      help: '1 while an event can not be projected',
      aggregator: 'max',
      registers,
    });
    measureBuilds(this.registry, readModels);
    countMails(this.registry, mails);
    watchStores(this.registry, stores);
    countForeignData(this.registry, store, vault);
  }

  /** Counts a command by its name and its outcome: `done` or the code of the refusal. */
  countCommand(command: string, outcome: string): void {
    this.commands.inc({ command, outcome });
  }

  /** Counts a request by its method, its route's pattern and its status, with its duration in seconds. */
  countRequest(method: string, route: string, status: number, seconds: number): void {
    this.requests.observe({ method, route, status }, seconds);
  }

  /**
   * Returns all metrics in Prometheus' text format.
   * @param head the log's last position; undefined if the event store does not answer
   */
  text(head: number | undefined): Promise<string> {
    this.measureProjections(head);
    return this.registry.metrics();
  }

  /** Returns the same as {@link text} for the primary process, which aggregates the metrics of its workers. */
  list(head: number | undefined): Promise<MetricsOfProcess> {
    this.measureProjections(head);
    return this.registry.getMetricsAsJSON();
  }

  private measureProjections(head: number | undefined): void {
    const { position, failing } = this.readModels.health();
    if (head !== undefined) this.lag.set(Math.max(0, head - position));
    this.failing.set(failing ? 1 : 0);
  }
}

/** Adds the gauges of tables that are being built: `first` of a new version, `rebuild` by hand. There are none at other times. */
function measureBuilds(registry: Registry, readModels: ReadModels): void {
  const gauges = {
    events: 'Events of the log that a projection being built has read',
    events_per_second: 'Events of the log that a projection being built reads in a second',
    seconds_left: 'Seconds until a projection being built has read the log, without the time to create indexes',
  };
  const values = ({ events, eventsPerSecond, secondsLeft }: BuildProgress) => ({
    events,
    events_per_second: eventsPerSecond,
    seconds_left: secondsLeft,
  });
  for (const [name, help] of Object.entries(gauges) as [keyof typeof gauges, string][])
    registry.registerMetric(
      new Gauge({
        name: `rollbook_projection_build_${name}`,
        help,
        aggregator: 'max',
        labelNames: ['projection', 'kind'],
        registers: [],
        collect() {
          this.reset();
          const { building, rebuilding } = readModels.health();
          for (const [kind, builds] of [
            ['first', building],
            ['rebuild', rebuilding],
          ] as const)
            for (const { projection, ...progress } of builds) {
              const value = values(progress)[name];
              if (value !== null) this.set({ projection, kind }, value);
            }
        },
      }),
    );
}

/** Adds the gauges of what others have written into our stores. */
function countForeignData(registry: Registry, store: EventStore, vault: Vault): void {
  const foreign = new Gauge({
    name: 'rollbook_foreign_data',
    help: 'What others have written into the stores of this installation: ranges of events, changed streams, tampered streams that were met, reads of changed rows of the vault',
    aggregator: 'max',
    labelNames: ['kind'],
    registers: [],
    collect() {
      const { foreignRanges, changedStreams } = vault.witness.state;
      this.set({ kind: 'event-ranges' }, foreignRanges);
      this.set({ kind: 'changed-streams' }, changedStreams);
      this.set({ kind: 'tampered-streams' }, store.tampered.count);
      this.set(
        { kind: 'vault-rows' },
        Object.values(vault.foreignRows).reduce((sum, count) => sum + count, 0),
      );
    },
  });
  registry.registerMetric(foreign);
}

/** Adds the gauges of the mail process, which are read at each scrape. */
function countMails(registry: Registry, mails: MailProcess): void {
  const waiting = new Gauge({
    name: 'rollbook_mails',
    help: 'Mails that wait to be sent, and those given up',
    aggregator: 'max',
    labelNames: ['state'],
    registers: [],
    async collect() {
      const { owed, parked } = await mails.health();
      this.set({ state: 'owed' }, owed);
      this.set({ state: 'parked' }, parked);
    },
  });
  const attempts = new Counter({
    name: 'rollbook_mail_attempts_total',
    help: 'Attempts to send a mail by outcome',
    labelNames: ['outcome'],
    registers: [],
    collect() {
      const { sent, failed } = mails.attempts;
      this.reset();
      this.inc({ outcome: 'sent' }, sent);
      this.inc({ outcome: 'failed' }, failed);
    },
  });
  registry.registerMetric(waiting);
  registry.registerMetric(attempts);
}

/** Adds the gauge that tells whether each store is available, which is read at each scrape. */
function watchStores(registry: Registry, stores: StoreHealth): void {
  const available = new Gauge({
    name: 'rollbook_store_available',
    help: '1 while the store can be used, 0 while it is away or full',
    aggregator: 'min',
    labelNames: ['store'],
    registers: [],
    collect() {
      const broken = new Set(stores.problems.map(({ store }) => store));
      for (const store of storeNames) this.set({ store }, broken.has(store) ? 0 : 1);
    },
  });
  registry.registerMetric(available);
}
