import { readFileSync } from 'node:fs';
import { expectStatus } from '../support/server.js';
import { chromiumPath } from './browser.js';
import { Northwind } from './northwind.js';
import { Walk } from './walk.js';

/** Every page and what opens on it, in each language. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  let northwind: Northwind;
  beforeAll(async () => {
    northwind = await Northwind.open();
    expectStatus(
      201,
      await northwind.test.operator.post('/registrations', {
        email: 'otto@northwind.example',
        firstName: 'Otto',
        lastName: 'Later',
        country: 'PL',
      }),
    );
    await northwind.enter('ada@northwind.example');
  }, 180_000);
  afterAll(() => northwind.close());

  it('every page says all in each language, fits a phone in it, and loads no more than 250 kB of script', async () => {
    const walk = new Walk(northwind);
    await walk.asStranger();
    await walk.asAdministrator();
    await walk.asOperator();
    expect(walk.found).toEqual([]);
    expect([...walk.sizes].filter(([, bytes]) => bytes < 100_000 || bytes > 250_000)).toEqual([]);
    const pages = [...readFileSync('apps/admin/src/router.tsx', 'utf8').matchAll(/path: '(.+)'/g)].map(
      ([, path]) => path!,
    );
    expect(pages.filter((page) => ![...walk.sizes.keys()].some((walked) => walked.endsWith(page)))).toEqual([]);
  }, 180_000);

  it('nobody has met an error', () => {
    expect(northwind.errors()).toEqual([]);
  });
});
