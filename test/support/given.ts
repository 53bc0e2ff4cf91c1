import { Assert, fail, ok, strictEqual } from 'node:assert/strict';
import { permissions } from '#libs/authorization';
import {
  Refusal,
  decide,
  evolve,
  withContext,
  type AnyDecider,
  type Command,
  type CommandContext,
  type ContextOf,
  type DomainEvent,
  type Envelope,
  type EventOf,
  type Recorded,
  type RefusalCode,
  type StateOf,
} from '#libs/kernel';

/** Compares without prototypes: specs run in a Jest context with an `Object` of its own. */
const plain = new Assert({ skipPrototype: true });

/** An event before the command, with the envelope fields that matter to the spec. */
export type PastEvent<E extends DomainEvent> = E & { readonly envelope?: Partial<Envelope> };

const defaults: CommandContext = {
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
};

/** Returns the state after these events, recorded one second apart from 2026-01-01 on. */
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
        correlationId: defaults.correlationId,
        causationId: defaults.commandId,
        actor: defaults.actor,
        subject: decider.subject('target'),
        at: new Date(Date.parse('2026-01-01T00:00:00Z') + revision * 1000).toISOString(),
        schema: 1,
        ...envelope,
      },
    };
    return evolve(decider, state, recorded);
  }, decider.initial as StateOf<D>);
}

/**
 * Tests a rule of a decider: `given(UserDecider, added, locked).when(new UnlockUser({})).then(unlocked)`. The caller has
 * every permission in the account `account`, unless `when` says otherwise.
 */
export function given<D extends AnyDecider>(decider: D, ...past: readonly PastEvent<EventOf<D>>[]) {
  return {
    when(command: Command<unknown>, context: Partial<ContextOf<D>> = {}) {
      const whole = { ...defaults, ...context };
      const run = () =>
        decide(decider, withContext(command as never, whole), fold(decider, past), whole) as EventOf<D>[];
      return {
        /** Checks that the command causes exactly these events. */
        // oxlint-disable-next-line unicorn/no-thenable -- reads as the third word of the sentence; nobody awaits it
        then: (...events: readonly EventOf<D>[]) => plain.deepStrictEqual(run(), events),
        /** Checks that the command is refused with this code, and returns the refusal. */
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
