export { AuditModule } from './audit.module.js';
export { actions } from './read/action.js';
export type { AuditItem } from './read/audit-item.js';
export { AuditTrailProjection } from './read/audit-trail.js';
export type { Change } from './read/changes.js';
export { ListAudit, ListHistory } from './read/list-audit.js';
