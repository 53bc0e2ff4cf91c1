export * from './audit.module.js';
export * from './read/action.js';
export * from './read/audit-item.js';
export * from './read/audit-trail.js';
export * from './read/list-audit.js';
