export * from './command.js';
export * from './decider.js';
export * from './event.js';
export * from './given.js';
export * from './refusal.js';
