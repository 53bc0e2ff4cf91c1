import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, FORWARDS, START } from '@eventstore/db-client';
import type { EventStore, ProposedEvent } from '#libs/event-store';
import type { DomainEvent, Envelope } from '#libs/kernel';
import { userEvent } from '#libs/users';
import { readConfig } from '../../apps/server/src/config.js';
import { openInstallation, type Installation } from '../../apps/server/src/installation.js';
import { companies } from '../demo/companies.js';
import { Draw } from '../demo/draw.js';
import { People } from '../demo/person.js';
import type { Templates } from './bare.process.js';
import type { Raw } from './load.js';

/** The installation to fill. Its server must be stopped. */
export interface Plot {
  readonly environment: Readonly<Record<string, string>>;
  readonly account: string;
  readonly domain: string;
  readonly administrator: string;
}

export interface Seeded {
  readonly userIds: readonly string[];
  /** The user with a long history. */
  readonly veteran: string;
}

const chunk = 1_000;
const atOnce = 64;

/**
 * Adds users straight to the log, through the event store as the server has it: one in twenty is locked, one in fifty
 * deleted. Their addresses are not claimed, because no measure looks them up.
 */
export async function seed(
  plot: Plot,
  users: number,
  history: number,
  progress: (done: number) => void,
): Promise<Seeded> {
  const { store, vault } = await open(plot);
  try {
    const people = new People(companies[0]!, plot.domain, new Draw(1));
    const userIds: string[] = [];
    const began = Date.now() - 365 * 86_400_000;
    for (let from = 0; from < users; from += chunk) {
      const ids = Array.from({ length: Math.min(chunk, users - from) }, () => randomUUID());
      await Promise.all(ids.map((id) => vault.findOrCreateKey(`user:${id}`)));
      const queue = ids.entries();
      const work = async () => {
        for (const [index, id] of queue)
          await addUser(store, plot, id, people, from + index, new Date(began + (from + index) * 60_000).toISOString());
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      userIds.push(...ids);
      progress(userIds.length);
    }
    const veteran = randomUUID();
    await addUser(store, plot, veteran, people, 1, new Date(began).toISOString());
    for (let revision = 0; revision < history - 1; revision += 100) {
      const events = Array.from({ length: Math.min(100, history - 1 - revision) }, (_, index) =>
        index % 2 ? unlocked : locked,
      );
      await store.append(
        `user-${veteran}`,
        revision,
        events.map((event) => proposed(plot, veteran, event, new Date().toISOString())),
      );
    }
    return { userIds: userIds.filter((_, index) => !isLocked(index) && !isDeleted(index)), veteran };
  } finally {
    await store.close();
    await vault.close();
  }
}

const isLocked = (index: number) => index % 20 === 3;
const isDeleted = (index: number) => index % 50 === 7;

const locked = userEvent('UserLocked', { cause: 'administrator', disableModeDays: 7 });
const unlocked = userEvent('UserUnlocked', { causes: ['administrator'] });

async function addUser(
  store: EventStore,
  plot: Plot,
  id: string,
  people: People,
  index: number,
  at: string,
): Promise<void> {
  const { account } = plot;
  const events: DomainEvent[] = [userEvent('UserAdded', { account, ...people.next(), status: 'active' })];
  if (isLocked(index)) events.push(locked);
  if (isDeleted(index))
    events.push(
      userEvent('UserDeleted', {
        account,
        restorableUntil: at,
        keptRoles: [],
        releasedLicences: [],
        disableModeDays: 7,
      }),
    );
  await store.append(
    `user-${id}`,
    -1,
    events.map((event) => proposed(plot, id, event, at)),
  );
}

function proposed(
  { account, administrator }: Plot,
  id: string,
  { type, data }: DomainEvent,
  at: string,
): ProposedEvent {
  const envelope: Envelope = {
    correlationId: randomUUID(),
    causationId: randomUUID(),
    actor: { kind: 'user', id: administrator },
    subject: { kind: 'user', id },
    account,
    ...(type !== 'UserAdded' && { reason: 'left the company' }),
    ip: '192.0.2.1',
    at,
    schema: 1,
  };
  return { id: randomUUID(), type, data, envelope };
}

/** The events of one account, one domain and one user as the server wrote them: raw, and as they were proposed. */
export async function templates(
  plot: Plot,
  url: string,
): Promise<{ raw: Templates<Raw>; proposed: Templates<ProposedEvent> }> {
  const { store, vault } = await open(plot);
  const client = EventStoreDBClient.connectionString(url);
  try {
    const raw: Record<string, Raw> = {};
    const proposals: Record<string, ProposedEvent> = {};
    for await (const { id, type, data, envelope, stream } of store.readAll()) {
      if (proposals[type]) continue;
      proposals[type] = { id, type, data, envelope };
      for await (const { event } of client.readStream(`${plot.environment['EVENTSTORE_NAMESPACE']}.${stream}`, {
        direction: FORWARDS,
        fromRevision: START,
      })) {
        if (event!.type === type)
          raw[type] ??= { type, data: event!.data as Raw['data'], metadata: event!.metadata as Raw['metadata'] };
      }
    }
    return { raw: raw as Templates<Raw>, proposed: proposals as Templates<ProposedEvent> };
  } finally {
    await client.dispose();
    await store.close();
    await vault.close();
  }
}

const open = ({ environment }: Plot): Promise<Installation> =>
  openInstallation(readConfig(environment), environment['EVENTSTORE_URL']!);
