export * from './cursor.js';
export * from './digest.js';
export type { ProjectionProblem } from './projection-problem.js';
export * from './projection.js';
export * from './read-store.js';
export type { AnyTables } from './schema.js';
export { readStoreRefusals } from './refusals.js';
export * from './projection-runner.js';
