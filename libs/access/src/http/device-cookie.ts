import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import '@fastify/cookie';
import { withContext, type Command } from '#libs/kernel';
import { DeviceCookieValues } from '../workflows/device-cookie-values.js';
import { HostCookies } from './host-cookies.js';

/** Seconds that a browser is remembered after a login; browsers keep no cookie for more than 400 days. */
const oneYear = 365 * 86_400;

/** The cookie by which a browser is known on which a user has logged in before. It opens nothing by itself. */
@Injectable()
export class DeviceCookie {
  constructor(
    private readonly devices: DeviceCookieValues,
    private readonly cookies: HostCookies,
  ) {}

  /** Remembers the browser for a user who has just logged in. */
  set(request: FastifyRequest, reply: FastifyReply, userId: string): void {
    const value = this.devices.addUser(this.sent(request), userId);
    void reply.setCookie(this.nameOf(request), value, { ...this.cookies.attributes(request), maxAge: oneYear });
  }

  /** Whether this user has logged in on the browser before. */
  isKnown(request: FastifyRequest, userId: string): boolean {
    return this.devices.parse(this.sent(request)).idFor(userId) !== undefined;
  }

  /** Whether the browser sends such a cookie at all, valid or not. */
  isSent(request: FastifyRequest): boolean {
    return this.sent(request) !== undefined;
  }

  /** Tells a command which browser it comes from. */
  addDevice<C extends Command<C>>(command: C, request: FastifyRequest): C {
    return withContext(command, { ...command.context, device: this.devices.parse(this.sent(request)) });
  }

  private sent(request: FastifyRequest): string | undefined {
    return request.cookies[this.nameOf(request)];
  }

  private nameOf = (request: FastifyRequest): string => this.cookies.nameOf(request, '-device');
}
