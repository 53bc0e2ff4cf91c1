import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

it('docs/events.md and docs/codes.md are what the code says', () => {
  const { stderr } = spawnSync(process.execPath, ['scripts/write-docs.js', '--check'], { cwd: root, encoding: 'utf8' });
  expect(stderr).toBe('');
});
