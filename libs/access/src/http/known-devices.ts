import { Injectable } from '@nestjs/common';
import type { CalledRequest } from '#libs/http';
import { AddressOwners } from '../workflows/address-owners.js';
import { DeviceCookie } from './device-cookie.js';

/** Recognises browsers with which the user of an e-mail address has logged in before. */
@Injectable()
export class KnownDevices {
  constructor(
    private readonly cookie: DeviceCookie,
    private readonly owners: AddressOwners,
  ) {}

  /** Returns whether the user with this address has logged in with the request's browser before. Without a device cookie it does not look the address up. */
  async isKnown(request: CalledRequest, email: string): Promise<boolean> {
    const owner = this.cookie.isSent(request) ? await this.owners.findUserId(email) : undefined;
    return owner !== undefined && this.cookie.isKnown(request, owner);
  }
}
