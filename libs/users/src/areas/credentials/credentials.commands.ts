import { Command, Reason, type VersionedResult } from '#libs/kernel';
import type { RequestedPasswordReset } from '../../domain/results.js';
import { irreversible, type Act } from '../../domain/act.js';

/** Mails a member a link that sets a password; a member without a password gets the welcome again. */
export class RequestPasswordReset extends Command<RequestPasswordReset, VersionedResult<RequestedPasswordReset>> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

/** Mails that link at the request of somebody who knows the address. */
export class RequestPasswordResetByAddress extends Command<RequestPasswordResetByAddress> {}

/** Sets a password. The vault keeps its hash under the id of this command. */
export class SetPassword extends Command<SetPassword> {
  /** The id of the command that sent the link which is used; absent: the user has shown the current password. */
  link?: string;
  /** The id of the command that set the password which the user has shown: it must still be the current one. */
  replaces?: string;
}

/** What the program knows about the commands of this area. A mail can not be called back, a password is kept by its owner alone. */
export const credentialActs = {
  RequestPasswordReset: {
    permission: 'users:reset-password',
    examples: () => [new RequestPasswordReset({})],
    response: 'own',
    undo: irreversible,
  },
  RequestPasswordResetByAddress: { permission: 'internal', undo: irreversible },
  SetPassword: { permission: 'internal', undo: irreversible },
} as const satisfies Record<string, Act>;
