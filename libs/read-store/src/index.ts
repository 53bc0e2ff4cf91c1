export * from './cursor.js';
export * from './digest.js';
export type { Problem } from './problem.js';
export * from './projection.js';
export * from './read-store.js';
export * from './runner.js';
