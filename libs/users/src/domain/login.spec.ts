/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import * as fc from 'fast-check';
import { fold, given } from '../../../../test/support/given.js';
import { RecordFailedLogin, LoginDecider, hasTooManyFailures, loginEvent } from './login.js';

describe('ten failed logins in 15 minutes', () => {
  const failures = (...at: string[]) => ({ failures: at });
  const minutesAgo = (minutes: number) => new Date(Date.parse('2026-01-15T12:00:00Z') - minutes * 60_000).toISOString();
  const ten = Array.from({ length: 10 }, (_, nth) => minutesAgo(14 - nth));

  it('LOGIN-5: are too many; nine are not, nor older ones, nor those from before an unlock', () => {
    const now = minutesAgo(0);
    expect(hasTooManyFailures(failures(...ten), now)).toBe(true);
    expect(hasTooManyFailures(failures(...ten.slice(1)), now)).toBe(false);
    expect(hasTooManyFailures(failures(minutesAgo(15), ...ten.slice(1)), now)).toBe(false);
    expect(hasTooManyFailures(failures(minutesAgo(15 - 1 / 60_000), ...ten.slice(1)), now)).toBe(true);
    expect(hasTooManyFailures(failures(...ten), now, minutesAgo(14))).toBe(false);
  });

  it('LOGIN-5: are recorded up to the tenth, however many come at once', () => {
    const fail = new RecordFailedLogin({ method: 'password' });
    given(LoginDecider, ...ten.slice(1).map(failed))
      .when(fail)
      .then(failed(minutesAgo(0)));
    given(LoginDecider, ...ten.map(failed))
      .when(fail)
      .then();
    given(LoginDecider, ...ten.map(failed))
      .when(fail, { forgivenAt: ten.at(-1) })
      .then(failed(minutesAgo(0)));
  });

  const failed = (at: string) => loginEvent('LoginFailed', { method: 'password', at });
  const loggedIn = loginEvent('UserLoggedIn', { method: 'password', at: minutesAgo(3) });

  it('LOGIN-6: are counted from the last login that did not fail', () => {
    expect(fold(LoginDecider, [...ten.map(failed), loggedIn, failed(minutesAgo(2))])).toEqual(failures(minutesAgo(2)));
    const nine = ten.slice(1).map(failed);
    expect(hasTooManyFailures(fold(LoginDecider, [failed(ten[0]!), loggedIn, ...nine]), minutesAgo(0))).toBe(false);
    expect(hasTooManyFailures(fold(LoginDecider, [loggedIn, failed(ten[0]!), ...nine]), minutesAgo(0))).toBe(true);
    given(LoginDecider)
      .when(new RecordFailedLogin({ method: 'password' }))
      .then(failed('2026-01-15T12:00:00.000Z'));
  });

  it('LOGIN-6: are not forgiven by a login of before them, that is reported after them', () => {
    const late = loginEvent('UserLoggedIn', { method: 'oidc', at: minutesAgo(10) });
    expect(fold(LoginDecider, [...ten.map(failed), late])).toEqual(failures(...ten.slice(5)));
  });

  it('LOGIN-5: are all that a login depends on: the newest 20 events tell as much as all do, up to ten of them late logins', () => {
    const past = fc
      .array(fc.oneof({ weight: 4, arbitrary: fc.constant('fails') }, fc.nat(40)), { maxLength: 40, size: 'max' })
      .map((acts) =>
        acts.map((act, nth) =>
          typeof act === 'string'
            ? failed(minutesAgo(40 - nth))
            : loginEvent('UserLoggedIn', { method: 'oidc', at: minutesAgo(act) }),
        ),
      );
    fc.assert(
      fc.property(past, (all) => {
        const newest = all.slice(-LoginDecider.foldLast!);
        fc.pre(newest.filter(({ type }) => type === 'UserLoggedIn').length <= 10);
        expect(fold(LoginDecider, newest)).toEqual(fold(LoginDecider, all));
      }),
    );
  });
});
