import { startTestServer, type TestServer } from '../support/server.js';

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
}, 180_000);
afterAll(() => test.close());

const get = (path: string, accept = 'text/html,*/*;q=0.8') =>
  fetch(test.server.url + path, { headers: { accept, 'accept-encoding': 'gzip' } });
const policyOf = ({ headers }: Response) => headers.get('content-security-policy') ?? '';

describe('the admin UI', () => {
  it('HTTP-10: is served at the root and at the address of each of its pages, and is not cached', async () => {
    for (const path of [
      '/',
      '/login',
      '/accounts/1/users?status=%5B%22deleted%22%5D',
      '/set-password',
      '/metrics-of-mine',
    ]) {
      const page = await get(path);
      expect([path, page.status, page.headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=utf-8']);
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(await page.text()).toContain('<div id="root">');
    }
  });

  it('HTTP-10: forbids resources of other origins, inline scripts, and styles without the nonce of the response', async () => {
    const nonces = new Set<string>();
    for (const page of [await get('/'), await get('/')]) {
      const directives = Object.fromEntries(
        policyOf(page)
          .split('; ')
          .map((directive) => [
            directive.slice(0, directive.indexOf(' ')),
            directive.slice(directive.indexOf(' ') + 1),
          ]),
      );
      const [, nonce] = /^'self' 'nonce-([\w+/=]{24})'$/.exec(directives['style-src']!)!;
      expect(directives).toEqual({
        'default-src': "'none'",
        'script-src': "'self'",
        'style-src': `'self' 'nonce-${nonce}'`,
        'img-src': "'self'",
        'connect-src': "'self'",
        'base-uri': "'none'",
        'form-action': "'none'",
        'frame-ancestors': "'none'",
      });
      const html = await page.text();
      expect(html).toContain(`<meta property="csp-nonce" nonce="${nonce}">`);
      expect(html).not.toMatch(/<script(?![^>]* src="\/assets\/)|<style|https?:/);
      nonces.add(nonce!);
    }
    expect(nonces.size).toBe(2);
  });

  it('refers to files that may be cached for ever, and sends them compressed', async () => {
    const html = await (await get('/')).text();
    const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file!);
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      const { status, headers } = await get(file);
      expect([file, status, headers.get('cache-control'), headers.get('content-encoding')]).toEqual([
        file,
        200,
        'public, max-age=31536000, immutable',
        'gzip',
      ]);
    }
  });

  it('does not hide the API, health and metrics, and answers unknown addresses of programs with 404', async () => {
    for (const [path, accept] of [
      ['/api/nonsense', 'text/html'],
      ['/health/nonsense', 'text/html'],
      ['/assets/nonsense.js', 'text/html'],
      ['/assets/..%2findex.html', 'text/html'],
      ['/nonsense', 'application/json'],
    ] as const) {
      const answer = await get(path, accept);
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        404,
        'application/problem+json; charset=utf-8',
      ]);
    }
    expect((await get('/metrics')).headers.get('content-type')).toContain('application/problem+json');
    expect((await get('/health/live')).headers.get('content-type')).toContain('application/json');
  });
});

describe('responses', () => {
  it('OPS-18: tell browsers to use https for this host, and for its subdomains only if the setting says so', async () => {
    const header = async (url: string) => (await fetch(`${url}/health/live`)).headers.get('strict-transport-security');
    const asked = await startTestServer({ HSTS_SUBDOMAINS: 'on' });
    try {
      expect([await header(test.server.url), await header(asked.server.url)]).toEqual([
        'max-age=31536000',
        'max-age=31536000; includeSubDomains',
      ]);
    } finally {
      await asked.close();
    }
  });

  it.each(['/api/docs', '/api/docs/swagger-ui-init.js', '/api/docs/openapi.json'])(
    'HTTP-10: %s has a content security policy',
    async (path) => {
      const policy = (await fetch(test.server.url + path)).headers.get('content-security-policy');
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    },
  );
});
