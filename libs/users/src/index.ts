export * from './domain/email-address.js';
export * from './domain/email-claim.js';
export * from './domain/user.commands.js';
export * from './domain/user.decider.js';
export * from './domain/user.events.js';
export * from './domain/user.state.js';
