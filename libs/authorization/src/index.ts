export type { Device } from './context.js';
export * from './permission.js';
export * from './reauthentication.js';
export * from './refusals.js';
