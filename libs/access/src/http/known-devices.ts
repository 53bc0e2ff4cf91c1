import { Injectable } from '@nestjs/common';
import type { CalledRequest } from '#libs/http';
import { AddressOwners } from '../workflows/address-owners.js';
import { DeviceCookie } from './device-cookie.js';

/** Tells browsers on which the user with an address has logged in before from those of strangers. */
@Injectable()
export class KnownDevices {
  constructor(
    private readonly cookie: DeviceCookie,
    private readonly owners: AddressOwners,
  ) {}

  /** Whether the request comes from such a browser. Nothing is looked up for a request without the cookie. */
  async isKnown(request: CalledRequest, email: string): Promise<boolean> {
    const owner = this.cookie.isSent(request) ? await this.owners.findUserId(email) : undefined;
    return owner !== undefined && this.cookie.isKnown(request, owner);
  }
}
