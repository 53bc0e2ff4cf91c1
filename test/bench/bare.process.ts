import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { EventStoreDBClient, FORWARDS, NO_STREAM, START, StreamNotFoundError, jsonEvent } from '@eventstore/db-client';
import { AccountDecider, EmailDomainDecider, accountEvents, emailDomainEvents } from '#libs/accounts';
import { EventStore, type AuthenticationKeys, type ProposedEvent } from '#libs/event-store';
import type { AnyDecider } from '#libs/kernel';
import { AddressClaims, UserDecider, addressClaimEvents, userEvents } from '#libs/users';
import type { Raw } from './load.js';
import { answerQuestions, cpuSeconds } from './peer.js';

/** Events as Rollbook has written them: those of an account, its domain, a user, and the address claim. */
export type Templates<Event> = Readonly<
  Record<'AccountOpened' | 'DomainOwned' | 'AddressClaimed' | 'UserAdded' | 'UserLocked' | 'UserUnlocked', Event>
>;

export interface BareOptions {
  readonly url: string;
  readonly namespace: string;
  /** With the client: only the calls of the store. With our event store: also folding, sealing and retrying. */
  readonly through: 'client' | 'event-store';
  readonly raw: Templates<Raw>;
  readonly proposed: Templates<ProposedEvent>;
}

type Type = keyof Templates<unknown>;

interface Calls {
  /** Reads a stream to its end; returns its revision. */
  readonly load: (decider: AnyDecider, id: string) => Promise<number>;
  readonly append: (decider: AnyDecider, id: string, expected: number, type: Type) => Promise<void>;
}

function withClient({ url, namespace, raw }: BareOptions): Calls {
  const client = EventStoreDBClient.connectionString(url);
  return {
    async load({ category }, id) {
      let revision = -1;
      try {
        for await (const { event } of client.readStream(`${namespace}.${category}-${id}`, {
          direction: FORWARDS,
          fromRevision: START,
        }))
          revision = Number(event!.revision);
      } catch (error) {
        if (!(error instanceof StreamNotFoundError)) throw error;
      }
      return revision;
    },
    async append({ category }, id, expected, type) {
      const event = jsonEvent({ ...raw[type], id: randomUUID() });
      await client.appendToStream(`${namespace}.${category}-${id}`, [event], {
        expectedRevision: expected === -1 ? NO_STREAM : BigInt(expected),
      });
    },
  };
}

function withEventStore({ url, namespace, proposed }: BareOptions): Calls {
  const keys = new Map<string, Buffer>();
  const findKeys = async () => keys;
  const findOrCreateKey = async (owner: string) => keys.get(owner) ?? keys.set(owner, randomBytes(32)).get(owner)!;
  const generation = { number: 1, key: createSecretKey(randomBytes(32)), after: -1 };
  const authentication: AuthenticationKeys = {
    current: generation,
    find: () => generation,
    unsignedUntil: 0,
    deriveEventId: (id) => id,
  };
  const catalogue = { ...accountEvents, ...emailDomainEvents, ...addressClaimEvents, ...userEvents };
  const store = new EventStore({
    url,
    namespace,
    catalogue,
    keys: { findOrCreateKey, findKeys, hideOwner: (owner) => owner, authentication },
  });
  return {
    load: async (decider, id) => (await store.load(decider, id)).revision,
    async append(decider, id, expected, type) {
      const { data, envelope } = proposed[type];
      const event = { id: randomUUID(), type, data, envelope: { ...envelope, subject: decider.subject(id) } };
      await store.append(`${decider.category}-${id}`, expected, [event]);
    },
  };
}

/** Only the store calls of Rollbook's commands. */
function actsOf({ load, append }: Calls) {
  const change = (type: Type) => async (id: string) => append(UserDecider, id, await load(UserDecider, id), type);
  return {
    lock: change('UserLocked'),
    unlock: change('UserUnlocked'),
    async add(id: string) {
      const user = await load(UserDecider, id);
      const claim = await load(AddressClaims, id);
      await load(EmailDomainDecider, 'example');
      await load(AccountDecider, 'example');
      await append(AddressClaims, id, claim, 'AddressClaimed');
      await append(UserDecider, id, user, 'UserAdded');
    },
  } satisfies Record<string, (id: string) => Promise<void>>;
}

let calls: Calls;

async function start(options: BareOptions): Promise<string> {
  calls = options.through === 'client' ? withClient(options) : withEventStore(options);
  await calls.append(AccountDecider, 'example', -1, 'AccountOpened');
  await calls.append(EmailDomainDecider, 'example', -1, 'DomainOwned');
  const acts = actsOf(calls);
  const server = createServer((request, response) => {
    const [, act, id] = request.url!.split('/') as [string, keyof typeof acts, string];
    const handle = async () => {
      JSON.parse(await text(request));
      await acts[act](id);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id }));
    };
    handle().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Adds this number of users; returns their ids. */
async function seed(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  const queue = ids.values();
  const work = async () => {
    for (const id of queue) await calls.append(UserDecider, id, -1, 'UserAdded');
  };
  await Promise.all(Array.from({ length: 64 }, work));
  return ids;
}

answerQuestions({ start, seed, cpu: cpuSeconds });
