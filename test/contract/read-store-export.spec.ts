import 'reflect-metadata';
import { text } from 'node:stream/consumers';
import { withQueryContext, type Recorded } from '#libs/kernel';
import { userEvent } from '#libs/users';
import { ExportUserList, exportUserList } from '../../libs/users/src/read/user-export.js';
import { userAddedEvent, nextEvent, userListFixtures, type UserListFixture } from '../support/user-list-fixture.js';

const count = 2_500;

describe.each(userListFixtures)('%s', (_, open) => {
  let log: UserListFixture;
  let users: Recorded[];
  let round = 0;

  beforeAll(async () => {
    log = await open();
    users = Array.from({ length: count }, (_, index) =>
      userAddedEvent('one', { firstName: 'A', lastName: `M${index}` }),
    );
    await log.apply(...users);
  });
  afterAll(() => log.close());

  const exporting = () =>
    exportUserList(
      log.db,
      withQueryContext(new ExportUserList({}), { account: 'one', at: '2026-01-01T00:00:00.000Z' } as never),
    );
  const idsIn = (csv: string) => [...csv.matchAll(/"?([0-9a-f-]{36})"?\r\n/g)].map(([, id]) => id!);
  const everybody = () => users.map(({ envelope }) => envelope.subject.id).toSorted();

  /** Renames every fifth user, so that they move from one end of the list to the other. */
  async function rename(): Promise<void> {
    round++;
    const renamed: Recorded[] = [];
    for (let index = round % 5; index < count; index += 5) {
      const lastName = index < count / 2 === round % 2 > 0 ? `Z${index}` : `A${index}`;
      renamed.push((users[index] = nextEvent(users[index]!, userEvent('UserRenamed', { firstName: 'A', lastName }))));
    }
    await log.apply(...renamed);
  }

  test('EXPORT-4: users who are renamed after the export began are neither lost nor repeated', async () => {
    const csv = await exporting();
    await rename();
    await rename();
    expect(idsIn(await text(csv)).toSorted()).toEqual(everybody());
  });

  test('EXPORT-4: users who are renamed while it is read are neither lost nor repeated', async () => {
    const read = new AbortController();
    const renaming = async () => {
      while (!read.signal.aborted) await rename();
    };
    const reading = exporting()
      .then(text)
      .finally(() => read.abort());
    const [csv] = await Promise.all([reading, renaming()]);
    expect(idsIn(csv).toSorted()).toEqual(everybody());
  });

  test('EXPORT-5: the rows are in the order of last names', async () => {
    const csv = await text(await exporting());
    const names = [...csv.matchAll(/^"[^"]*","A","([^"]*)"/gm)].map(([, name]) => name!.toLowerCase());
    expect(names).toEqual(names.toSorted());
    expect(names).toHaveLength(count);
  });

  test('EXPORT-4: users who no longer match the filters when the rows are read are left out', async () => {
    const csv = await exporting();
    const [one] = users;
    await log.apply(
      nextEvent(
        one!,
        userEvent('UserDeleted', {
          account: 'one',
          restorableUntil: '2027-01-01T00:00:00.000Z',
          keptRoles: [],
          releasedLicences: [],
          disableModeDays: 7,
        }),
      ),
    );
    expect(idsIn(await text(csv)).toSorted()).toEqual(everybody().filter((id) => id !== one!.envelope.subject.id));
  });
});
