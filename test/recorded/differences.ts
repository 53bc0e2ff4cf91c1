/** An answer about an old log that is another one now, on purpose. */
export interface Difference {
  /** The rule of docs/domain.md that asks for it, and why the old answer was wrong. */
  readonly rule: string;
  readonly reason: string;
  /** Where: matches `<path and query of the question> <caller> <JSON path of the value>`. */
  readonly where: RegExp;
  /** What the recorded value has to be now. It is asked at every place that matches, so it answers the same value where nothing changes. */
  readonly becomes: (recorded: never) => unknown;
}

/** Other values in place of some, the same for all others. */
const replacing =
  (values: Readonly<Record<string, string | null>>) =>
  (recorded: string | null): string | null =>
    recorded !== null && Object.hasOwn(values, recorded) ? values[recorded]! : recorded;

interface RecordedLock {
  readonly cause: string;
  readonly until: string | null;
  readonly by: { readonly kind: string };
}

const isAfterFailedLogins = ({ cause }: RecordedLock): boolean => cause === 'failedLogins';

const endingAt =
  (until: string) =>
  (lock: RecordedLock): RecordedLock =>
    isAfterFailedLogins(lock) ? { ...lock, until } : lock;

/** A user of a recorded list, or a row of an export. */
type RecordedUser =
  Readonly<Record<'lastName' | 'firstName', string>> | Readonly<Record<'LastName' | 'FirstName', string>>;

const toNames = (user: RecordedUser): readonly [string, string] =>
  'lastName' in user ? [user.lastName, user.firstName] : [user.LastName, user.FirstName];

/** Sorts users by last name, then first name; returns the same array if that changes nothing. */
function orderByNames(users: readonly RecordedUser[]): readonly RecordedUser[] {
  // Of some lists only the ids were recorded.
  if (users.some((user) => typeof user !== 'object')) return users;
  const { compare } = new Intl.Collator('en', { sensitivity: 'base' });
  const ordered = users.toSorted((one, other) => {
    const [last, first] = toNames(one);
    const [otherLast, otherFirst] = toNames(other);
    return compare(last, otherLast) || compare(first, otherFirst);
  });
  return ordered.every((user, nth) => user === users[nth]) ? users : ordered;
}

/**
 * What later builds answer differently about the recorded log, by commit of the recording. A new entry needs a review:
 * it changes what auditors were told before. Added fields need none.
 */
export const differences: Readonly<Record<string, readonly Difference[]>> = {
  a28c88c: [
    {
      rule: 'LIST-3',
      reason: 'Users with the same last name were in the order of their ids; now their first names count.',
      where: /[/]users([.]csv)?([?](?!\S*sort=)\S*)? \S+[.]body$/,
      becomes: orderByNames,
    },
    {
      rule: 'LOCK-9',
      reason: 'A lock that stayed when the user came from another account was told as set by Rollbook itself.',
      where: /[.]locks[.]\d+$/,
      becomes: (lock: RecordedLock) =>
        lock.by.kind === 'system' && lock.cause !== 'failedLogins'
          ? { ...lock, by: { ...lock.by, kind: 'another-account' } }
          : lock,
    },
    {
      rule: 'LOCK-11',
      reason: 'Correcting the reason of a lock, a second lock and deleting a locked user began the seven days anew.',
      where: /[.]disableModeUntil$/i,
      becomes: replacing({
        '2026-01-21T08:01:01.123Z': '2026-01-19T08:01:01.123Z',
        '2026-01-21T08:06:06.738Z': '2026-01-21T08:03:03.369Z',
        '2026-02-16T08:01:01.123Z': '2026-01-21T08:03:03.369Z',
        '2026-02-16T08:05:05.615Z': '2026-02-09T08:15:16.845Z',
        '2026-03-27T08:01:01.123Z': '2026-01-19T08:01:01.123Z',
        '2026-03-29T08:01:01.123Z': '2026-03-27T08:04:04.492Z',
      }),
    },
    {
      rule: 'LOCK-13',
      reason: 'A lock because of failed logins, which strangers can bring about, ended entitlements.',
      where: /[.]disableModeUntil$/,
      becomes: replacing({ '2026-01-19T08:22:24.706Z': null, '2026-02-17T08:20:22.460Z': null }),
    },
    {
      rule: 'LOCK-5, LOCK-6',
      reason: 'A lock because of failed logins ended only by an unlock; now it is over after 15 minutes.',
      where: /^(?!\S*[?]at=\d+ ).*[.]body([.]\d+)?[.]locks$/,
      becomes: (locks: RecordedLock[]) =>
        locks.some(isAfterFailedLogins) ? locks.filter((lock) => !isAfterFailedLogins(lock)) : locks,
    },
    {
      rule: 'LOCK-5, LOCK-6',
      reason: 'By then nobody was locked because of failed logins any more.',
      where: /[?]lockCause=failedLogins \S+[.]body$/,
      becomes: (users: string[]) => (users.length > 0 ? [] : users),
    },
    {
      rule: 'LOCK-6',
      reason: 'The first lock because of failed logins tells its end.',
      where:
        /([/]e432861f-\S+ \S+[.]body[.]locks|[/]e432861f-\S+[/]history .*[.]locks[.](before|after)|[/]audit operator[.]body[.](99|100)[.].*|[/]audit d8f186e2-\S+[.]body[.](63|64)[.].*)[.]\d+$/,
      becomes: endingAt('2026-01-12T08:37:24.706Z'),
    },
    {
      rule: 'LOCK-6',
      reason: 'The second lock because of failed logins tells its end.',
      where:
        /([/]118ea1ea-\S+ \S+[.]body[.]locks|[/]118ea1ea-\S+[/]history .*[.]locks[.](before|after)|[/]audit operator[.]body[.]24[.].*|[/]audit d8f186e2-\S+[.]body[.]11[.].*)[.]\d+$/,
      becomes: endingAt('2026-02-10T08:35:22.460Z'),
    },
    {
      rule: 'LOCK-6',
      reason: 'The unlock of the second lock changed nothing: the lock was over.',
      where:
        /([/]audit operator[.]body[.]22|[/]audit d8f186e2-\S+[.]body[.]9|[/]118ea1ea-\S+[/]history \S+[.]body[.]1)[.]changes$/,
      becomes: () => [],
    },
  ],
};
