import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { Projection } from '#libs/read-store';
import { projections } from './projections.js';

const root = join(import.meta.dirname, '../../..');

/** Whether a value has the members of a projection. */
const isProjection = (value: unknown): value is Projection =>
  typeof value === 'object' &&
  value !== null &&
  (['name', 'version', 'tables', 'events', 'begin'] satisfies (keyof Projection)[]).every((member) => member in value);

it('every projection of the libraries is registered', async () => {
  const files = globSync('libs/*/src/read/**/*.ts', { cwd: root, exclude: ['**/*.spec.ts'] });
  const modules = await Promise.all(files.map((file) => import(join(root, file)) as Promise<object>));
  const found = modules.flatMap((module) => Object.values(module).filter(isProjection)).map(({ name }) => name);
  expect(found.toSorted()).toEqual(projections.map(({ name }) => name).toSorted());
});
