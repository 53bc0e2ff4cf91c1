import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import '@fastify/cookie';
import { PublicOrigin } from '#libs/http';
import { SessionLimits } from '../domain/session.js';
import { HostCookies } from './host-cookies.js';

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The cookie that holds a session's secret. */
@Injectable()
export class SessionCookie {
  constructor(
    private readonly place: PublicOrigin,
    private readonly cookies: HostCookies,
    private readonly limits: SessionLimits,
  ) {}

  /** The secret that a browser sent. */
  read(request: FastifyRequest): string | undefined {
    return request.cookies[this.cookies.nameOf(request)];
  }

  /** Gives the browser a session. */
  set(request: FastifyRequest, reply: FastifyReply, secret: string): void {
    void reply.setCookie(this.cookies.nameOf(request), secret, {
      ...this.cookies.attributes(request),
      maxAge: this.limits.total / 1_000,
    });
  }

  /** Takes it away. */
  clear(request: FastifyRequest, reply: FastifyReply): void {
    void reply.clearCookie(this.cookies.nameOf(request), this.cookies.attributes(request));
  }

  /** Whether the request reads, or comes from one of our own pages (RFC 6454). */
  isReadOrSameOrigin({ method, headers: { origin }, protocol, host }: FastifyRequest): boolean {
    return (
      safe.has(method) || (origin !== undefined && (origin === `${protocol}://${host}` || origin === this.place.origin))
    );
  }
}
