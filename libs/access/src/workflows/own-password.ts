import { Refusal, type CommandContext } from '#libs/kernel';
import { UserDecider, mayLogIn, passwordWrong } from '#libs/users';
import { comparePassword, type ComparePasswordDependencies, type VerifiedUser } from './compare-password.js';

/** Checks the password of the user who sent the command. Throws `password.wrong`, which counts as a failed login. */
export async function checkOwnPassword(
  services: ComparePasswordDependencies,
  password: string,
  context: CommandContext,
): Promise<VerifiedUser> {
  const { id: userId } = context.actor;
  const { state: user } = await services.store.load(UserDecider, userId);
  if (!mayLogIn(user, context.at))
    throw new Refusal('password.none-of-yours', 'conflict', 'Only users have passwords.');
  const proven = await comparePassword(services, { userId, password, context });
  if (proven) return proven;
  throw passwordWrong();
}
