import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import '@fastify/cookie';
import { withContext, type Command } from '#libs/kernel';
import { DeviceCookieValues } from '../workflows/device-cookie-values.js';
import { HostCookies } from './host-cookies.js';

/** How long a browser is remembered after a login, seconds; browsers keep no cookie for more than 400 days. */
const oneYear = 365 * 86_400;

/** The cookie that identifies a browser with which a user has logged in before. It gives no access by itself. */
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

  /** Returns whether this user has logged in with the browser before. */
  isKnown(request: FastifyRequest, userId: string): boolean {
    return this.devices.parse(this.sent(request)).idFor(userId) !== undefined;
  }

  /** Returns whether the browser sends the cookie at all, valid or not. */
  isSent(request: FastifyRequest): boolean {
    return this.sent(request) !== undefined;
  }

  /** Returns the command with the browser's device in its context. */
  addDevice<C extends Command<C>>(command: C, request: FastifyRequest): C {
    return withContext(command, { ...command.context, device: this.devices.parse(this.sent(request)) });
  }

  private sent(request: FastifyRequest): string | undefined {
    return request.cookies[this.nameOf(request)];
  }

  private nameOf = (request: FastifyRequest): string => this.cookies.nameOf(request, '-device');
}
