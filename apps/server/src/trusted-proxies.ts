import { BlockList, isIP } from 'node:net';
import { normalizeAddress } from '#libs/http';
import type { Config } from './config.js';

type TrustProxy = (address: string, hop: number) => boolean;

/** Creates Fastify's check whether the sender `hop` steps before this server is a proxy whose X-Forwarded-For counts. */
export function createTrustFunction(proxies: Config['trustProxy']): false | TrustProxy {
  if (proxies === false) return false;
  if (typeof proxies === 'number') return (_, hop) => hop < proxies;
  const trusted = new BlockList();
  for (const proxy of proxies) {
    const [address = '', prefix] = proxy.split('/', 2);
    if (prefix === undefined) trusted.addAddress(normalizeAddress(address)!, familyOf(normalizeAddress(address)!));
    else trusted.addSubnet(address, Number(prefix), familyOf(address));
  }
  // Fastify passes on what the header says, where entries may have ports.
  return (text) => {
    const address = normalizeAddress(text);
    return address !== undefined && trusted.check(address, familyOf(address));
  };
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
