import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

/** What of a request tells where it comes from; `ips` only behind trusted proxies. */
type Sender = Pick<FastifyRequest, 'ip' | 'ips'>;

/** `1.2.3.4:5678`, `[2001:db8::1]:443`, also quoted: the forms in which proxies add a port. */
const withPort = /^"?(?:\[([^\]]+)\](?::\d{1,5})?|(\d+(?:\.\d+){3}):\d{1,5})"?$/;

/** An IP address in one form: no port and no zone, IPv6 as in RFC 5952, IPv4 where it is only wrapped into IPv6. `undefined` if it is none. */
export function normalizeAddress(text: string): string | undefined {
  const [, v6, v4] = withPort.exec(text.trim()) ?? [];
  const address = (v6 ?? v4 ?? text.trim()).split('%', 1)[0]!;
  if (!isIP(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const wrapsIPv4 = parsed.range() === 'rfc6052';
  return wrapsIPv4
    ? ipaddr.fromByteArray(parsed.toByteArray().slice(-4)).toString()
    : (parsed as ipaddr.IPv6).toRFC5952String();
}

/** The address that a request comes from. If a proxy passed on something else than an address, the last proxy that is trusted. */
export const addressOf = ({ ip, ips = [] }: Sender): string | undefined =>
  [ip, ...ips.toReversed()].map((address) => normalizeAddress(address ?? '')).find((address) => address !== undefined);

/** The key by which limits count an address: an IPv6 host has a whole /64 to itself. */
function sourceOfAddress(address: string | undefined): string {
  if (address === undefined || isIP(address) !== 6) return address ?? 'unknown';
  const network = ipaddr.parse(address).toByteArray().fill(0, 8);
  return `${(ipaddr.fromByteArray(network) as ipaddr.IPv6).toRFC5952String()}/64`;
}

/** The key by which limits count the sender of a request. */
export const sourceOf = (request: Sender): string => sourceOfAddress(addressOf(request));
