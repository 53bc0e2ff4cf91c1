import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import '@fastify/cookie';
import { PublicOrigin } from '#libs/http';
import { SessionLimits, endRetention } from '../domain/session.js';
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

  /** Returns the secret of the session that the browser sent. */
  read(request: FastifyRequest): string | undefined {
    return request.cookies[this.cookies.nameOf(request)];
  }

  /** Sets the cookie to the secret of a session. It outlives the session, so that its browser can be told why it ended. */
  set(request: FastifyRequest, reply: FastifyReply, secret: string): void {
    void reply.setCookie(this.cookies.nameOf(request), secret, {
      ...this.cookies.attributes(request),
      maxAge: (this.limits.total + endRetention) / 1_000,
    });
  }

  /** Deletes the cookie. */
  clear(request: FastifyRequest, reply: FastifyReply): void {
    void reply.clearCookie(this.cookies.nameOf(request), this.cookies.attributes(request));
  }

  /** Returns whether a request only reads, or its Origin (RFC 6454) is one of our own pages: protection against CSRF. */
  isReadOrSameOrigin({ method, headers: { origin }, protocol, host }: FastifyRequest): boolean {
    return (
      safe.has(method) || (origin !== undefined && (origin === `${protocol}://${host}` || origin === this.place.origin))
    );
  }
}
