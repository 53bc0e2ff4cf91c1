import { randomBytes, randomUUID } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { EventStore } from '#libs/event-store';
import { userEvents } from '#libs/users';
import { openVault } from '#libs/vault';

// Adds users on a new log and a new vault, each under a key of their own, and writes down each append right after it was
// acknowledged, so that a trace of this process shows it among the writes and syncs. Arguments: directory, users.
const [directory, users] = [process.argv[2]!, Number(process.argv[3])];
const writers = 32;
/** Large enough that the log's WAL is checkpointed into its database meanwhile. */
const nameLength = 8_000;

const acknowledged = openSync(join(directory, 'acknowledged'), 'a');
const vault = await openVault({ directory, key: Buffer.alloc(32, 1), create: true });
const node = await startEmbeddedEventStore({ directory });
const store = new EventStore({ url: node.url, namespace: 'test', catalogue: userEvents, keys: vault });

async function addUser(): Promise<void> {
  const id = randomUUID();
  const subject = { kind: 'user', id } as const;
  const envelope = {
    correlationId: randomUUID(),
    causationId: randomUUID(),
    actor: subject,
    subject,
    at: new Date().toISOString(),
    schema: 1,
  };
  const data = {
    email: `${id}@example.com`,
    firstName: randomBytes(nameLength / 2).toString('hex'),
    lastName: 'Hopper',
    country: 'US',
    status: 'active',
  };
  const { position } = await store.append(`user-${id}`, -1, [{ id: randomUUID(), type: 'UserAdded', data, envelope }]);
  writeSync(acknowledged, `${position} test.user-${id}\n`);
}

const queue = Array.from({ length: users }).values();
const work = async (): Promise<void> => {
  for (const _ of queue) await addUser();
};
await Promise.all(Array.from({ length: writers }, work));
await store.close();
await node.close();
await vault.close();
