import { randomUUID } from 'node:crypto';
import { LogWitness, type ProposedEvent } from '#libs/event-store';
import { openLog, type Log } from '../../apps/server/src/open-stores.js';
import { readConfig } from '../../apps/server/src/config.js';
import { History, type Step } from './catch-up.history.js';

/** Events are appended in groups of this size, in each at most one event of a stream, so that they can be appended at once. */
const GROUP = 500;
const CONCURRENT_APPENDS = 64;
const MS_BETWEEN_EVENTS = 30_000;

/** Fills an empty data directory with a log of some events, which the witness has seen afterwards. */
export async function seedLog(dataDir: string, events: number, progress: (done: number) => void): Promise<void> {
  await using closing = new AsyncDisposableStack();
  const { store, vault } = await openLog(readConfig({ DATA_DIR: dataDir }), closing);
  const revisions = new Map<string, number>();
  const append = async (step: Step, at: string) => {
    const last = revisions.get(step.stream) ?? -1;
    revisions.set(step.stream, last + 1);
    await store.append(step.stream, last, [proposed(step, at)]);
  };
  const history = new History();
  const from = Date.now() - events * MS_BETWEEN_EVENTS;
  for (let done = 0; done < events; done += GROUP) {
    const steps = history.next(Math.min(GROUP, events - done));
    const owners = new Set(steps.map(({ subject }) => `${subject.kind}:${subject.id}`));
    await Promise.all([...owners].map((owner) => vault.findOrCreateKey(owner as never)));
    const queue = steps.entries();
    const work = async () => {
      for (const [index, step] of queue)
        await append(step, new Date(from + (done + index) * MS_BETWEEN_EVENTS).toISOString());
    };
    await Promise.all(Array.from({ length: CONCURRENT_APPENDS }, work));
    progress(done + steps.length);
  }
  await witnessToEnd({ store, vault });
}

function proposed({ subject, account, event: { type, data } }: Step, at: string): ProposedEvent {
  const isReasoned = type === 'UserLocked' || type === 'UserUnlocked';
  return {
    id: randomUUID(),
    type,
    data: 'at' in data ? { ...data, at } : data,
    envelope: {
      correlationId: randomUUID(),
      causationId: randomUUID(),
      actor:
        subject.kind === 'user' && 'at' in data ? { kind: 'user', id: subject.id } : { kind: 'operator', id: operator },
      subject,
      account,
      ...(isReasoned && { reason: 'as agreed' }),
      ip: '192.0.2.1',
      at,
      schema: 1,
    },
  };
}

const operator = randomUUID();

/** Lets the witness see the whole log. */
async function witnessToEnd({ store, vault }: Pick<Log, 'store' | 'vault'>): Promise<void> {
  const failed = Promise.withResolvers<never>();
  const witness = new LogWitness(store, vault.witness, failed.reject);
  witness.start();
  try {
    const end = await store.lastPosition();
    await Promise.race([vault.witness.waitForPosition(end, new AbortController().signal), failed.promise]);
  } finally {
    await witness.stop();
  }
}
