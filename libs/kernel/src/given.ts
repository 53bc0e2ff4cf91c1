import { Assert, fail, ok, strictEqual } from 'node:assert/strict';
import { withContext, type Command } from './command.js';
import { decide, evolve, type AnyDecider, type ContextOf, type EventOf, type StateOf } from './decider.js';
import type { DomainEvent, Envelope, Recorded } from './event.js';
import { permissions } from './permission.js';
import type { RefusalCode } from './refusal-codes.js';
import { Refusal } from './refusal.js';

/** Events are plain data, wherever their objects were made: Jest's specs have an `Object` of their own. */
const plain = new Assert({ skipPrototype: true });

/** An event of the past in a spec, with what its envelope says where that matters. */
export type PastEvent<E extends DomainEvent> = E & { readonly envelope?: Partial<Envelope> };

const base = {
  commandId: '00000000-0000-4000-8000-000000000001',
  correlationId: '00000000-0000-4000-8000-000000000002',
  actor: { id: 'actor', kind: 'user' },
  at: '2026-01-15T12:00:00.000Z',
  targetId: 'target',
  account: 'account',
  confinedTo: 'account',
  permissions,
  grantable: ['administrator', 'co-administrator', 'auditor'],
  mayActOnAdministrators: true,
} as const;

/** Folds past events as if they had been recorded, one a second. */
export function fold<D extends AnyDecider>(decider: D, past: readonly PastEvent<EventOf<D>>[]): StateOf<D> {
  return past.reduce((state: StateOf<D>, { type, data, envelope }, revision) => {
    const recorded: Recorded = {
      id: String(revision),
      type,
      data,
      stream: `${decider.category}-target`,
      revision,
      position: revision,
      envelope: {
        correlationId: base.correlationId,
        causationId: base.commandId,
        actor: base.actor,
        subject: decider.subject('target'),
        at: new Date(Date.parse('2026-01-01T00:00:00Z') + revision * 1000).toISOString(),
        schema: 1,
        ...envelope,
      },
    };
    return evolve(decider, state, recorded);
  }, decider.initial as StateOf<D>);
}

/** `given(User, added, locked).when(new UnlockUser({})).then(unlocked)`: a rule as a sentence. */
export function given<D extends AnyDecider>(decider: D, ...past: readonly PastEvent<EventOf<D>>[]) {
  return {
    when(command: Command<unknown>, context: Partial<ContextOf<D>> = {}) {
      const whole = { ...base, ...context };
      const run = () =>
        decide(decider, withContext(command as never, whole), fold(decider, past), whole) as EventOf<D>[];
      return {
        /** Exactly these events; none for a command that repeats what already holds. */
        // oxlint-disable-next-line unicorn/no-thenable -- reads as the third word of the sentence; nobody awaits it
        then: (...events: readonly EventOf<D>[]) => plain.deepStrictEqual(run(), events),
        /** A refusal with this code; answers it, for its kind and actions. */
        refuses(code: RefusalCode): Refusal {
          try {
            run();
          } catch (error) {
            ok(error instanceof Refusal, error as Error);
            strictEqual(error.code, code);
            return error;
          }
          return fail(`expected the refusal ${code}`);
        },
      };
    },
  };
}
