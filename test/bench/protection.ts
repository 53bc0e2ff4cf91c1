import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openVault } from '#libs/vault';
import { authenticate, signEvents, type Generation } from '../../libs/event-store/src/authentication.js';
import type { StoredEvent } from '../../libs/event-store/src/codec.js';
import type { RawEvent } from '../../libs/event-store/src/raw-event.js';
import { hashForOwner, seal, unseal, type BoxContent } from '../../libs/event-store/src/sealing.js';

/** How much CPU time, in µs, one step of protecting or checking an event takes. */
export interface ProtectionRow {
  readonly what: string;
  readonly microseconds: number;
  /** The most that it should take; absent for single steps. */
  readonly goal?: number;
}

const ROUNDS = 7;
const GOAL_MICROSECONDS = 25;

/** Measures the CPU time of authenticating and sealing an event with two boxes, for each append and each read. */
export async function measureProtection(events: number): Promise<ProtectionRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-protection-'));
  const vault = await openVault({ directory, key: randomBytes(32), create: true });
  try {
    return measureSteps(events, (id) => vault.authentication.deriveEventId(id));
  } finally {
    await vault.close();
    rmSync(directory, { recursive: true });
  }
}

function measureSteps(events: number, deriveEventId: (id: string) => string): ProtectionRow[] {
  const generation: Generation = { number: 1, key: createSecretKey(randomBytes(32)), after: -1 };
  const keys = { current: generation, find: () => generation, unsignedUntil: 0, deriveEventId };
  const [subjectKey, actorKey] = [randomBytes(32), randomBytes(32)];
  const user = randomUUID();
  const stream = `user-${user}`;
  const digest = randomBytes(32).toString('hex');
  const ids = Array.from({ length: events }, () => randomUUID());
  const subject = { reason: 'Has left the company; see the ticket', digest };
  const actor = { ip: '192.0.2.17' };

  const derived = ids.map(deriveEventId);
  const boxes = derived.map((id) => sealBoxes({ stream, id, type: 'UserLocked' }));
  function sealBoxes(binding: { stream: string; id: string; type: string }): [BoxContent, BoxContent] {
    return [seal(subject, subjectKey, binding, 'subject'), seal(actor, actorKey, binding, 'actor')];
  }
  const stored = derived.map((id, nth): StoredEvent => {
    const [subjectBox, actorBox] = boxes[nth]!;
    return {
      id,
      type: 'UserLocked',
      data: { cause: 'administrator', disableModeDays: 7 },
      metadata: {
        $correlationId: randomUUID(),
        $causationId: randomUUID(),
        actor: { id: user, kind: 'user' },
        via: randomUUID(),
        subject: { kind: 'user', id: user },
        account: randomUUID(),
        at: '2026-01-15T12:00:00.000Z',
        schema: 1,
        sealed: { subject: { owner: `user:${user}`, ...subjectBox }, actor: { owner: `user:${user}`, ...actorBox } },
      },
    };
  });
  const place = { stream, last: 4, previous: 4 };
  const raw = stored.map((event): RawEvent => {
    const [signed] = signEvents(place, [event], generation);
    const { id, type, data, metadata } = signed!;
    const bytes = Buffer.from(JSON.stringify(data));
    return {
      streamId: `rollbook.${stream}`,
      id,
      type,
      contentType: 'application/json',
      revision: 5,
      position: 9,
      data: bytes,
      metadata,
    };
  });

  const steps = {
    'deriving the id': (nth: number) => deriveEventId(hashForOwner(ids[nth]!, subjectKey)),
    'sealing two boxes': (nth: number) => sealBoxes({ stream, id: derived[nth]!, type: 'UserLocked' }),
    signing: (nth: number) => signEvents(place, [stored[nth]!], generation),
    authenticating: (nth: number) => authenticate(stream, raw[nth]!, keys),
    'opening two boxes': (nth: number) => {
      const binding = { stream, id: derived[nth]!, type: 'UserLocked' };
      unseal(boxes[nth]![0], subjectKey, binding, 'subject');
      unseal(boxes[nth]![1], actorKey, binding, 'actor');
    },
  };
  const cost = Object.fromEntries(
    Object.entries(steps).map(([name, step]) => [name, measureCpu(events, step)]),
  ) as Record<keyof typeof steps, number>;
  const sum = (...names: (keyof typeof steps)[]) => names.reduce((total, name) => total + cost[name], 0);
  return [
    ...Object.entries(cost).map(([what, microseconds]) => ({ what, microseconds })),
    {
      what: 'each append',
      microseconds: sum('deriving the id', 'sealing two boxes', 'signing'),
      goal: GOAL_MICROSECONDS,
    },
    { what: 'each read', microseconds: sum('authenticating', 'opening two boxes'), goal: GOAL_MICROSECONDS },
  ];
}

/** Returns the CPU time of the whole process for each event, in µs: the least of some rounds, since other processes only add to it. */
function measureCpu(events: number, step: (nth: number) => unknown): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let nth = 0; nth < events; nth++) step(nth);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / events;
  });
  return Math.min(...rounds);
}
