import { Logger } from '@nestjs/common';
import type { StoreName, StoreObserver, StoreProblem } from '#libs/kernel';

/** A problem that a store has now. */
export interface CurrentProblem extends StoreProblem {
  readonly store: StoreName;
  /** UTC, ISO 8601. */
  readonly since: string;
}

interface Outage extends CurrentProblem {
  /** The codes that were logged since it began. */
  readonly logged: Set<string>;
}

const names: Record<StoreName, string> = { 'event-store': 'event store', 'read-store': 'read store', vault: 'vault' };

/** Which stores have problems now. Each problem is logged once when it begins and once when it is over. */
export class StoreHealth {
  private readonly outages = new Map<string, Outage>();
  private readonly logger = new Logger('Stores');

  /** Returns the observer to which one store reports its problems and their end. */
  observer(store: StoreName): StoreObserver {
    return { failed: (problem) => this.begin(store, problem), recovered: (kind) => this.end(store, kind) };
  }

  /** The problems that there are now. */
  get problems(): readonly CurrentProblem[] {
    return [...this.outages.values()].map(({ store, kind, code, detail, since }) => ({
      store,
      kind,
      code,
      detail,
      since,
    }));
  }

  private begin(store: StoreName, problem: StoreProblem): void {
    const key = `${store} ${problem.kind}`;
    const { since = new Date().toISOString(), logged = new Set<string>() } = this.outages.get(key) ?? {};
    this.outages.set(key, { store, ...problem, since, logged });
    if (logged.has(problem.code)) return;
    logged.add(problem.code);
    this.logger.error(`The ${names[store]} is not available (${problem.code}): ${problem.detail}`);
  }

  private end(store: StoreName, kind: StoreProblem['kind']): void {
    if (this.outages.delete(`${store} ${kind}`)) this.logger.log(`The ${names[store]} is available again.`);
  }
}
