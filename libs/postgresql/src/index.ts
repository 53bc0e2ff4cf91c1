export { checkPostgresqlUrl } from './check-url.js';
export { ResponseTimeout, isLockTimeout, type DatabaseStore } from './database-problem.js';
export { MonitoredPool } from './monitored-pool.js';
export type { PooledConnection } from './pooled-connection.js';
export { ServerMonitor } from './server-monitor.js';
export { GRACE_MS } from './time-limits.js';
export { Lease, LeaseLost, type LeaseOptions, type RunSql } from './lease.js';
export { Watch } from './watch.js';
