import { randomUUID } from 'node:crypto';
import { evolve, type Recorded } from '#libs/kernel';
import { UserDecider } from '../../libs/users/src/domain/user.decider.js';
import type { UserEvent } from '../../libs/users/src/domain/user.events.js';
import { accountOf, type User } from '../../libs/users/src/domain/user.state.js';
import type { AcceptedAttempt } from './user-histories.js';

let position = 0;

/** Returns the events of accepted commands as they would be in the log, for a user with this id. */
export function toLog(steps: readonly AcceptedAttempt[], userId: string): Recorded<UserEvent>[] {
  let user: User = UserDecider.initial;
  return (steps.at(-1)?.past ?? []).map(({ type, data, envelope }, revision) => {
    const event = {
      id: randomUUID(),
      type,
      data,
      stream: `user-${userId}`,
      revision,
      position: ++position,
      envelope: {
        correlationId: '',
        causationId: '',
        actor: { id: 'other', kind: 'user' },
        subject: { kind: 'user', id: userId },
        schema: 1,
        at: '',
        ...envelope,
      },
    } as Recorded<UserEvent>;
    const before = user;
    user = evolve(UserDecider, user, event);
    const account = accountOf(user) ?? accountOf(before);
    return { ...event, envelope: { ...event.envelope, ...(account && { account }) } };
  });
}
