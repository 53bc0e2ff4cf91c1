import { execFileSync } from 'node:child_process';

/** Builds what has changed before all tests, as `npm start` does. Tests run the build. */
export default () => void execFileSync('npm', ['run', '-s', 'build:changed'], { stdio: 'inherit' });
