export * from './domain/account.commands.js';
export * from './domain/account.decider.js';
export * from './domain/account.events.js';
export * from './domain/domain.decider.js';
export * from './domain/domain.events.js';
export * from './workflows/domains.js';
export * from './read/account-list.js';
export * from './accounts.module.js';
