import { HostCookies } from './host-cookies.js';

const of = (installation: string, origin?: string) => new HostCookies({ origin }, () => installation);
const request = { protocol: 'http' } as Parameters<HostCookies['nameOf']>[0];

test('SESSION-1: two installations on one host name their cookies differently', () => {
  const names = [of('1a2b3c4d'), of('5e6f7a8b')].flatMap((cookies) => [
    cookies.nameOf(request),
    cookies.nameOf(request, '-device'),
  ]);
  expect(new Set(names).size).toBe(4);
  for (const name of names) expect(name).toMatch(/^rollbook-[0-9a-f]{8}(-device)?$/);
});

test.each([
  ['the request comes by https', of('1a2b3c4d'), { protocol: 'https' } as typeof request],
  ['PUBLIC_URL says https', of('1a2b3c4d', 'https://users.example.com'), request],
])('SESSION-1: no other host can set the cookies where %s', (_, cookies, { protocol }) => {
  expect(cookies.nameOf({ protocol } as typeof request)).toMatch(/^__Host-rollbook-/);
  expect(cookies.attributes({ protocol } as typeof request)).toEqual({
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: true,
  });
});
