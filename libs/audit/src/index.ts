export { AuditModule } from './audit.module.js';
export { AuditTrailProjection } from './read/audit-trail.js';
