import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import '@fastify/cookie';
import { PublicOrigin } from '#libs/http';
import { absoluteLimit } from '../domain/session.js';

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The cookie that holds a session's secret: no script reads it, no other site sends it, over https no other host sets it. */
@Injectable()
export class SessionCookie {
  constructor(private readonly place: PublicOrigin) {}

  /** The secret that a browser sent. */
  read(request: FastifyRequest): string | undefined {
    return request.cookies[this.name(request)];
  }

  /** Gives the browser a session. */
  set(request: FastifyRequest, reply: FastifyReply, secret: string): void {
    void reply.setCookie(this.name(request), secret, { ...this.attributes(request), maxAge: absoluteLimit / 1_000 });
  }

  /** Takes it away. */
  clear(request: FastifyRequest, reply: FastifyReply): void {
    void reply.clearCookie(this.name(request), this.attributes(request));
  }

  /** Whether the request reads, or comes from one of our own pages (RFC 6454). */
  maySend({ method, headers: { origin }, protocol, host }: FastifyRequest): boolean {
    return safe.has(method) || (origin !== undefined && (origin === `${protocol}://${host}` || origin === this.place.origin));
  }

  private name(request: FastifyRequest): string {
    return this.isSecure(request) ? '__Host-rollbook' : 'rollbook';
  }

  private attributes(request: FastifyRequest) {
    return { path: '/', httpOnly: true, sameSite: 'strict', secure: this.isSecure(request) } as const;
  }

  private isSecure({ protocol }: FastifyRequest): boolean {
    return protocol === 'https' || (this.place.origin?.startsWith('https:') ?? false);
  }
}
