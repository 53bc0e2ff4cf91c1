import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { expectStatus, openTestAccount, startTestServer, type TestAccount, type TestServer } from './server.js';

/** A server whose event store somebody else may write to, who has no key of the vault. */
export interface AttackedServer {
  readonly test: TestServer;
  readonly account: TestAccount;
  readonly attacker: EventStoreDBClient;
  /** Appends foreign events to a stream, and waits until the witness has seen them. */
  readonly forge: (stream: string, type?: string, count?: number) => Promise<void>;
  close(): Promise<void>;
}

/** Starts a server that has its event store by the address, as an operator's cluster. */
export async function startAttackedServer(): Promise<AttackedServer> {
  const directory = mkdtempSync(join(tmpdir(), 'attacked-'));
  const node = await startEmbeddedEventStore({ directory });
  const attacker = EventStoreDBClient.connectionString(node.url);
  const test = await startTestServer({ EVENTSTORE_URL: node.url, EVENTSTORE_NAMESPACE: 'rollbook' });
  const account = await openTestAccount(test);
  return {
    test,
    account,
    attacker,
    async forge(stream, type = 'Forged', count = 1) {
      const events = Array.from({ length: count }, () => jsonEvent({ type, data: {} }));
      await attacker.appendToStream(`rollbook.${stream}`, events, { expectedRevision: ANY });
      // Read models do not go past the witness.
      await account.addUser();
      expectStatus(200, await test.operator.get('/accounts'));
    },
    async close() {
      await test.close();
      await attacker.dispose();
      await node.close();
      rmSync(directory, { recursive: true });
    },
  };
}
