import { LoginLog } from './login-log.js';

let now = 0;
let lines: unknown[];
beforeEach(() => void (lines = []));
const logOf = () => new LoginLog(() => new Date(now), { warn: (line: unknown) => void lines.push(line) });

it('LOGIN-15: tells the command and the code, and nothing of other commands', () => {
  const log = logOf();
  log.logRefusal('LogIn', 'login.failed');
  log.logRefusal('LockUser', 'user.not-active');
  log.logRefusal('ChangePassword', 'access.throttled');
  expect(lines).toEqual([
    { command: 'LogIn', code: 'login.failed' },
    { command: 'ChangePassword', code: 'access.throttled' },
  ]);
});

it('LOGIN-15: writes 60 lines a minute at most, and how many it left out', () => {
  const log = logOf();
  for (let nth = 0; nth < 100; nth++) log.logRefusal('LogIn', 'login.failed');
  expect(lines).toHaveLength(60);
  now += 60_000;
  log.logRefusal('LogIn', 'login.failed');
  expect(lines.at(-1)).toEqual({ command: 'LogIn', code: 'login.failed', unloggedBefore: 40 });
});
