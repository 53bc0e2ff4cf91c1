import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where Chromium may be: CHROMIUM names it, Debian and others install it so. */
const places = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
export const chromiumPath = places.find((place) => place && existsSync(place));

/** A name of this machine that browsers do not take for it: pages there are no secure context, as on any host without TLS. */
export const insecureHost = 'rollbook.test';

/** Starts the browser; it speaks to nobody but the page's own server. */
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
