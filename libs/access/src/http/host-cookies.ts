import type { FastifyRequest } from 'fastify';
import type { PublicOrigin } from '#libs/http';

/** Names and attributes of our cookies. Browsers ignore the port, so the names tell installations on one host apart. */
export class HostCookies {
  /** @param installation a short name of the installation, which discloses nothing */
  constructor(
    private readonly place: PublicOrigin,
    private readonly installation: () => string,
  ) {}

  /** Returns `rollbook-<installation>` and the suffix; over https with a prefix, so that other hosts cannot set the cookie. */
  nameOf(request: FastifyRequest, suffix = ''): string {
    return `${this.isSecure(request) ? '__Host-' : ''}rollbook-${this.installation()}${suffix}`;
  }

  /** Returns the attributes of a cookie that scripts cannot read and other sites do not send. */
  attributes(request: FastifyRequest) {
    return { path: '/', httpOnly: true, sameSite: 'strict', secure: this.isSecure(request) } as const;
  }

  private isSecure({ protocol }: FastifyRequest): boolean {
    return protocol === 'https' || (this.place.origin?.startsWith('https:') ?? false);
  }
}
