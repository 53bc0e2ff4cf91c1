import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
// Node runs this file itself, without a build, and so wants the file's real ending.
import { startBrowser } from '../support/chromium.ts';

const help = `Takes the screenshots of the README from a running Rollbook that \`npm run demo\` has filled.

npm run screenshots -- [options]
  --url URL           where it runs (default http://127.0.0.1:3000)
  --token-file FILE   the operator's token (default data/operator-token)
  --account NAME      the account that is shown (default: Nordlicht Logistik GmbH, the demo's largest)
  --out DIRECTORY     where the images go (default docs/images)
  --help

Where pngquant is installed, the images become smaller.`;

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:3000' },
    'token-file': { type: 'string', default: 'data/operator-token' },
    account: { type: 'string', default: 'Nordlicht Logistik GmbH' },
    out: { type: 'string', default: 'docs/images' },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) console.log(help);
else await takeScreenshots();

async function takeScreenshots(): Promise<void> {
  const token = readFileSync(options['token-file'], 'utf8').trim();
  const read = async (path: string) => {
    const response = await fetch(`${options.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`GET ${path} was answered with ${response.status}`);
    return (await response.json()) as { items: Record<string, unknown>[] };
  };
  const accounts = (await read('/accounts?limit=200')).items;
  const accountId = accounts.find(({ name }) => name === options.account)?.['accountId'] as string | undefined;
  if (!accountId) throw new Error(`there is no account ${options.account}`);
  const account = `/accounts/${accountId}`;

  const browser = await startBrowser();
  const context = await browser.newContext({
    baseURL: options.url,
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'Europe/London',
  });
  try {
    const page = await context.newPage();
    await logIn(page, token);

    await openPage(page, `${account}/users`);
    await save(page, 'user-list');

    await openPage(page, `${account}/users/${await findUserWithLongestHistory(read, account)}`);
    await page.getByRole('button', { name: 'One change earlier' }).click();
    await page.getByText('Shown', { exact: true }).waitFor();
    await save(page, 'user-history');

    await openPage(page, `${account}/approvals`);
    const boxes = page.getByRole('row').getByRole('checkbox');
    for (const nth of [1, 2, 3]) await boxes.nth(nth).check();
    await page.mouse.move(0, 0);
    await page.waitForTimeout(500);
    await save(page, 'pending-approvals');

    const actions = encodeURIComponent(JSON.stringify(['user.locked', 'user.deleted']));
    await openPage(page, `${account}/audit?action=${actions}`);
    await save(page, 'audit');
  } finally {
    await browser.close();
  }
}

async function logIn(page: Page, token: string): Promise<void> {
  await page.goto('/login');
  await page.getByRole('button', { name: 'Log in with an access token' }).click();
  await page.getByLabel('Access token').fill(token);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.waitForURL((url) => url.pathname !== '/login');
}

async function openPage(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  // The stream of changes stays open, so the network is never idle.
  await page.locator('tbody td').first().waitFor();
  await page.waitForTimeout(1_000);
}

/** Returns the id of the user with the most entries in their history, among those who were unlocked lately. */
async function findUserWithLongestHistory(
  read: (path: string) => Promise<{ items: Record<string, unknown>[] }>,
  account: string,
): Promise<string> {
  const { items } = await read(`/audit?accountId=${account.split('/').at(-1)!}&action=user.unlocked&limit=20`);
  const ids = items.map(({ subject }) => (subject as { id: string }).id);
  const histories = await Promise.all(
    ids.map(async (id) => ({ id, length: (await read(`${account}/users/${id}/history`)).items.length })),
  );
  const [longest] = histories.sort((one, other) => other.length - one.length);
  if (!longest) throw new Error('no user of the account was ever unlocked');
  return longest.id;
}

async function save(page: Page, name: string): Promise<void> {
  mkdirSync(options.out, { recursive: true });
  const path = join(options.out, `${name}.png`);
  await page.screenshot({ path });
  // Fewer colours, so that the repository stays small; without pngquant the image stays as it is.
  spawnSync('pngquant', ['--force', '--strip', '--output', path, '128', path]);
  console.log(`${path}: ${Math.ceil(statSync(path).size / 1_024)} kB`);
}
