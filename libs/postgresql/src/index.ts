export { checkPostgresqlUrl } from './check-url.js';
export { ResponseTimeout, type DatabaseStore } from './database-problem.js';
export { MonitoredPool } from './monitored-pool.js';
export type { PooledConnection } from './pooled-connection.js';
export { ServerMonitor } from './server-monitor.js';
export { GRACE_MS } from './time-limits.js';
export { Lease, createLeaseTable, type LeaseOptions, type RunSql } from './lease.js';
export { Notifications } from './notifications.js';
