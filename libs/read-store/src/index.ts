export * from './cursor.js';
export * from './digest.js';
export type { ProjectionProblem } from './problem.js';
export * from './projection.js';
export * from './read-store.js';
export type { AnyTables } from './schema.js';
export * from './runner.js';
export { readStoreRefusals } from './refusals.js';
