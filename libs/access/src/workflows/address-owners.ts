import type { EventStore } from '#libs/event-store';
import { findByAddress } from '#libs/users';
import type { Vault } from '#libs/vault';
import { constantTime } from './constant-time.js';
import { WorkQueue } from './work-queue.js';

/** Finds out whose an address is before a password is compared: bounded, and in the same time whether or not it is anybody's. */
export class AddressOwners {
  readonly #lookUps = new WorkQueue({ concurrency: 8, maxWaiting: 500 });

  constructor(
    private readonly store: EventStore,
    private readonly vault: Pick<Vault, 'hmac'>,
  ) {}

  /** The user's id. Throws `access.throttled` where too many look up. */
  findUserId(email: string): Promise<string | undefined> {
    const { store, vault } = this;
    return constantTime(() => this.#lookUps.run(async () => (await findByAddress({ store, vault }, email))?.id), {
      quantum: 50,
    });
  }
}
