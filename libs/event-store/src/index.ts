export { UnreadableEvent } from './codec.js';
export * from './event-id.js';
export * from './event-store.js';
export type { LogItem } from './subscription.js';
export * from './handle-command.js';
