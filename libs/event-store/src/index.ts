export { UnreadableEvent } from './codec.js';
export * from './event-id.js';
export * from './event-store.js';
export * from './handle-command.js';
export { eventStoreRefusals } from './refusals.js';
