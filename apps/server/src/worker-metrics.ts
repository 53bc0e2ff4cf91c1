import type { Worker } from 'node:cluster';
import { AggregatorRegistry, Gauge } from 'prom-client';
import type { HealthStatus } from './health.js';
import type { MetricsOfProcess } from './metrics.js';
import type { MetricsSource } from './metrics-listener.js';
import { askWorker } from './worker-messages.js';

/** Health and metrics of all workers, for the listener of the primary process. */
export class WorkerMetrics implements MetricsSource {
  /** What each worker answered last, by its id. A worker that hangs keeps its values, so that no counter goes back. */
  private readonly latest = new Map<number, MetricsOfProcess>();
  /** The counters of the workers that have ended, for the same reason. */
  private ofEnded: MetricsOfProcess = [];

  /** @param listWorkers returns the workers that serve */
  constructor(private readonly listWorkers: () => readonly Worker[]) {}

  /** Returns the metrics of all workers, aggregated. */
  async metrics(): Promise<string> {
    const workers = this.listWorkers();
    await Promise.all(
      workers.map(async (worker) => {
        const metrics = await askWorker(worker, 'metrics');
        if (metrics) this.latest.set(worker.id, metrics);
      }),
    );
    const registry = AggregatorRegistry.aggregate([...this.latest.values(), this.ofEnded]);
    const count = new Gauge({ name: 'rollbook_workers', help: 'Workers that serve', registers: [registry] });
    count.set(workers.length);
    return registry.metrics();
  }

  /** Returns the health of the worker that answers first; `unavailable` if there is none. */
  async details(): Promise<{ readonly status: HealthStatus }> {
    const answers = this.listWorkers().map(async (worker) => {
      const details = await askWorker(worker, 'health');
      if (!details) throw new Error(`Worker ${worker.id} does not answer.`);
      return details;
    });
    return Promise.any(answers).catch(() => ({ status: 'unavailable' }));
  }

  /** Keeps the counters of a worker that has ended, and drops its gauges. */
  keepCounters({ id }: Worker): void {
    const counters = (this.latest.get(id) ?? []).filter(({ type }) => ['counter', 'histogram'].includes(String(type)));
    this.latest.delete(id);
    const both = AggregatorRegistry.aggregate([this.ofEnded, counters]);
    // What `aggregate` registers holds its values, as the metrics of a process do.
    this.ofEnded = both.getMetricsAsArray() as MetricsOfProcess;
  }
}
