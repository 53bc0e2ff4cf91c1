import { execFileSync } from 'node:child_process';

/** Before all tests: builds what has changed, as `npm start` does. Servers in tests run as built. */
export default () => void execFileSync('npm', ['run', '-s', 'build:changed'], { stdio: 'inherit' });
