export type { ProposedEvent } from './codec.js';
export { UnreadableEvent } from './codec.js';
export * from './event-id.js';
export * from './event-store.js';
export type { Loaded } from './fold-events.js';
export * from './handle-command.js';
export { eventStoreRefusals } from './refusals.js';
export * from './wrong-revision.js';
