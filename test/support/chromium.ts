import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Paths at which Chromium may be: the value of CHROMIUM, or where Linux distributions install it. */
const places = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
export const chromiumPath = places.find((place) => place && existsSync(place));

/** A host name of this machine that browsers do not trust: pages there are no secure context, as on any host without TLS. */
export const insecureHost = 'rollbook.test';

/** Starts a browser that makes no requests of its own. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath!,
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      `--host-resolver-rules=MAP ${insecureHost} 127.0.0.1`,
    ],
  });
