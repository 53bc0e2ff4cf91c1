import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { requestEventStoreUrl } from '../../apps/server/src/backup/control.js';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture } from './northwind.js';

/** An administrator looks at a user whose log was changed from outside. */
(chromiumPath ? describe : describe.skip)('in a browser, a user whose log is tampered', () => {
  let northwind: NorthwindFixture;
  let ada: BrowserUser;

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    ada = await northwind.logInByMail('ada@northwind.example');
  }, 180_000);
  afterAll(() => northwind.close());

  /** Appends so many foreign events to the user that their stream is tampered. */
  async function flood(): Promise<void> {
    const { config, operator } = northwind.test;
    const client = EventStoreDBClient.connectionString(
      config.eventStoreUrl ?? (await requestEventStoreUrl(config.dataDir))!,
    );
    const events = Array.from({ length: 1_001 }, () => jsonEvent({ type: 'Forged', data: {} }));
    await client.appendToStream(`${config.eventStoreNamespace}.user-${northwind.leoId}`, events, {
      expectedRevision: ANY,
    });
    await client.dispose();
    const refused = await operator.post(`/accounts/${northwind.accountId}/users/${northwind.leoId}/lock`);
    expect(refused.body.code).toBe('log.tampered');
  }

  it('is shown with a warning', async () => {
    const { page } = ada;
    const path = `/accounts/${northwind.accountId}/users/${northwind.leoId}`;
    await page.goto(path);
    await page.getByRole('heading', { name: 'Leon Roth' }).waitFor();
    expect(await page.getByText('was changed from outside').count()).toBe(0);
    await flood();
    await page.reload();
    await page.getByText('The record of this user was changed from outside').waitFor();
    expect(await ada.findProblemsInAllViews('tampered-user')).toEqual([]);
  });
});
