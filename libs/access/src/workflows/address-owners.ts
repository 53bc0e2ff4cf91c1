import type { EventStore } from '#libs/event-store';
import { findByAddress } from '#libs/users';
import type { Vault } from '#libs/vault';
import { constantTime } from './constant-time.js';
import { Lane } from './lane.js';

/** Finds out whose an address is before a password is compared: bounded, and in the same time whether or not it is anybody's. */
export class AddressOwners {
  readonly #lookUps = new Lane({ places: 8, room: 500 });

  constructor(
    private readonly store: EventStore,
    private readonly vault: Pick<Vault, 'hmac'>,
  ) {}

  /** The user's id. Throws `access.throttled` where too many look up. */
  find(email: string): Promise<string | undefined> {
    const { store, vault } = this;
    return constantTime(() => this.#lookUps.run(async () => (await findByAddress({ store, vault }, email))?.id), {
      beat: 50,
    });
  }
}
