import type { EventStore } from '#libs/event-store';
import { findUserByAddress } from '#libs/users';
import type { Vault } from '#libs/vault';
import { constantTime, type Sleep } from './constant-time.js';
import { WorkQueue } from './work-queue.js';

/** Looks up the users of e-mail addresses, with limited concurrency and in the same time whether or not there is a user. */
export class AddressOwners {
  readonly #lookUps = new WorkQueue({ concurrency: 8, maxWaiting: 500 });

  constructor(
    private readonly store: EventStore,
    private readonly vault: Pick<Vault, 'hmac' | 'addresses'>,
    private readonly sleep: Sleep,
  ) {}

  /** Returns the id of the user with this address, or undefined. Throws `access.throttled` if too many look-ups wait. */
  findUserId(email: string): Promise<string | undefined> {
    const { store, vault, sleep } = this;
    return constantTime(
      sleep,
      () => this.#lookUps.run(async () => (await findUserByAddress({ store, vault }, email))?.id),
      {
        quantum: 50,
      },
    );
  }
}
