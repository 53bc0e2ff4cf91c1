import type { Decider } from '#libs/kernel';
import { credentialRules } from '../areas/credentials/credentials.rules.js';
import { lockRules } from '../areas/locks/locks.rules.js';
import { membershipRules } from '../areas/membership/membership.rules.js';
import { profileRules } from '../areas/profile/profile.rules.js';
import { roleRules } from '../areas/roles/roles.rules.js';
import { sessionRules } from '../areas/sessions/sessions.rules.js';
import { commands } from './user.acts.js';
import type { UserContext } from './user.context.js';
import type { UserEvent } from './user.events.js';
import { evolve } from './user.evolve.js';
import { accountOf, type User } from './user.state.js';

/** The decider of the streams `user-<id>`: joins the areas' commands and rules. */
export const UserDecider: Decider<User, UserEvent, typeof commands, UserContext> = {
  category: 'user',
  subject: (id) => ({ kind: 'user', id }),
  initial: { status: 'absent', abandonedClaims: [] },
  account: accountOf,
  commands,
  decide: {
    ...membershipRules,
    ...lockRules,
    ...roleRules,
    ...profileRules,
    ...credentialRules,
    ...sessionRules,
  },
  evolve,
};
