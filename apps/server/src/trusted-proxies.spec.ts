import { Logger } from '@nestjs/common';
import { addressOf } from '#libs/http';
import { createHttpAdapter } from './adapter.js';
import { readConfig } from './config.js';

beforeAll(() => Logger.overrideLogger(false));

/** Where Fastify sees a request come from, and by which protocol. */
async function seen(
  trustProxy: string,
  remoteAddress: string,
  forwardedFor?: string,
): Promise<{ address: string | undefined; protocol: string }> {
  const server = createHttpAdapter(readConfig({ TRUST_PROXY: trustProxy, LOG_LEVEL: 'fatal' }), 1_000).getInstance();
  server.get('/', (request) => ({ address: addressOf(request), protocol: request.protocol }));
  const headers = {
    'x-forwarded-proto': 'https',
    ...(forwardedFor !== undefined && { 'x-forwarded-for': forwardedFor }),
  };
  const { body } = await server.inject({ method: 'GET', url: '/', remoteAddress, headers });
  await server.close();
  return JSON.parse(body);
}

const client = '203.0.113.9';
const https = (address: string) => ({ address, protocol: 'https' });
const http = (address: string) => ({ address, protocol: 'http' });

describe('TRUST_PROXY', () => {
  it.each([
    ['no proxy', 'off', '10.0.0.1', client, http('10.0.0.1')],
    ['another sender', '10.0.0.1', '10.0.0.2', client, http('10.0.0.2')],
    ['nothing forwarded', '10.0.0.1', '10.0.0.1', undefined, https('10.0.0.1')],
    ['an address', '10.0.0.1', '10.0.0.1', client, https(client)],
    ['an address that a socket tells as IPv6', '10.0.0.1', '::ffff:10.0.0.1', client, https(client)],
    ['a list', '10.0.0.9, 10.0.0.1', '10.0.0.1', client, https(client)],
    ['a network', '10.0.0.0/8', '10.1.2.3', client, https(client)],
    ['a network, from outside', '10.0.0.0/8', '11.1.2.3', client, http('11.1.2.3')],
    ['a network of IPv6', 'fd00::/8', 'fd12::1', client, https(client)],
    ['a network of IPv6, from outside', 'fd00::/8', 'fe80::1', client, http('fe80::1')],
    ['an address of IPv6 in another spelling', '2001:db8:0:0::1', '2001:db8::1', client, https(client)],
    ['IPv4 as IPv6', '::ffff:10.0.0.1', '10.0.0.1', client, https(client)],
    ['what a client wrote to the left', '10.0.0.1', '10.0.0.1', `198.51.100.1, ${client}`, https(client)],
    ['two proxies', '10.0.0.0/8', '10.0.0.1', `198.51.100.1, ${client}, 10.0.0.2`, https(client)],
    [
      'two proxies that add ports',
      '10.0.0.0/8',
      '10.0.0.1',
      `198.51.100.1, ${client}:5678, 10.0.0.2:80`,
      https(client),
    ],
    ['proxies that add ports to IPv6', 'fd00::/8', 'fd00::1', '[2001:db8::7]:5678, [fd00::2]:80', https('2001:db8::7')],
    ['what is no address', '10.0.0.0/8', '10.0.0.1', '198.51.100.1, unknown, 10.0.0.2', https('10.0.0.2')],
    ['one hop', '1', '10.0.0.1', `198.51.100.1, ${client}`, https(client)],
    ['one hop with a port', '1', '10.0.0.1', `198.51.100.1, ${client}:5678`, https(client)],
    ['two hops', '2', '10.0.0.1', `198.51.100.1, ${client}, 10.0.0.2`, https(client)],
    ['fewer hops than said', '3', '10.0.0.1', client, https(client)],
  ])('OPS-9: %s: %s, from %s with %s', async (_, setting, remoteAddress, forwardedFor, expected) => {
    expect(await seen(setting, remoteAddress, forwardedFor)).toEqual(expected);
  });

  it.each([
    'true',
    '0',
    '10',
    '1.5',
    '-1',
    '10.0.0.0/0',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.1:80',
    'loopback',
    '10.0.0.1,',
    '10.0.0.1,off',
  ])('OPS-9: takes no %s', (value) => {
    expect(() => readConfig({ TRUST_PROXY: value })).toThrow(/^TRUST_PROXY takes off, addresses and networks like /);
  });

  it('OPS-9: says instead of "on" what to write', () => {
    expect(() => readConfig({ TRUST_PROXY: 'on' })).toThrow(
      /^TRUST_PROXY takes no "on" any more.* 10\.0\.0\.1,192\.168\.0\.0\/16, or how many there are, like 1\.$/,
    );
  });
});
