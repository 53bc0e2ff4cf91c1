import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

/** The addresses of a request: `ip` of the sender; `ips`, with those of proxies, only behind trusted proxies. */
type Sender = Pick<FastifyRequest, 'ip' | 'ips'>;

/** Addresses to which a proxy has added a port: `1.2.3.4:5678`, `[2001:db8::1]:443`, also quoted. */
const withPort = /^"?(?:\[([^\]]+)\](?::\d{1,5})?|(\d+(?:\.\d+){3}):\d{1,5})"?$/;

/**
 * Normalizes an IP address: removes port and zone, writes IPv6 as in RFC 5952, and turns an IPv4 address that is embedded in
 * IPv6 into plain IPv4. Returns `undefined` for any other text.
 */
export function normalizeAddress(text: string): string | undefined {
  const [, v6, v4] = withPort.exec(text.trim()) ?? [];
  const address = (v6 ?? v4 ?? text.trim()).split('%', 1)[0]!;
  if (!isIP(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const embedsIPv4 = parsed.range() === 'rfc6052';
  return embedsIPv4
    ? ipaddr.fromByteArray(parsed.toByteArray().slice(-4)).toString()
    : (parsed as ipaddr.IPv6).toRFC5952String();
}

/** Returns the normalized IP address of a request's sender. If a proxy forwarded something else, returns the last trusted proxy's. */
export const addressOf = ({ ip, ips = [] }: Sender): string | undefined =>
  [ip, ...ips.toReversed()].map((address) => normalizeAddress(address ?? '')).find((address) => address !== undefined);

/** Returns the limiters' key for an address: for IPv6 its /64 network, since one host owns all of it. */
function toSource(address: string | undefined): string {
  if (address === undefined || isIP(address) !== 6) return address ?? 'unknown';
  const network = ipaddr.parse(address).toByteArray().fill(0, 8);
  return `${(ipaddr.fromByteArray(network) as ipaddr.IPv6).toRFC5952String()}/64`;
}

/** Returns the key under which limiters count the sender of a request: the IPv4 address, or the IPv6 /64 network. */
export const sourceOf = (request: Sender): string => toSource(addressOf(request));
