import { readFileSync } from 'node:fs';
import { expectStatus } from '../support/server.js';
import { chromiumPath } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { LanguageWalk } from './language-walk.js';

/** Every page with its dialogs and menus, in each language. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  let northwind: NorthwindFixture;
  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    expectStatus(
      201,
      await northwind.test.operator.post('/registrations', {
        email: 'otto@northwind.example',
        firstName: 'Otto',
        lastName: 'Later',
        country: 'PL',
      }),
    );
    await northwind.logInByMail('ada@northwind.example');
  }, 180_000);
  afterAll(() => northwind.close());

  it('translates every page, fits it on a phone in each language, and loads at most 250 kB of script', async () => {
    const walk = new LanguageWalk(northwind);
    await walk.asStranger();
    await walk.asAdministrator();
    await walk.asOperator();
    expect(walk.problems).toEqual([]);
    expect([...walk.scriptSizes].filter(([, bytes]) => bytes < 100_000 || bytes > 250_000)).toEqual([]);
    const pages = [...readFileSync('apps/admin/src/router.tsx', 'utf8').matchAll(/path: '(.+)'/g)].map(
      ([, path]) => path!,
    );
    expect(pages.filter((page) => ![...walk.scriptSizes.keys()].some((walked) => walked.endsWith(page)))).toEqual([]);
  }, 180_000);

  it('had no errors in the console', () => {
    expect(northwind.listErrors()).toEqual([]);
  });
});
