import { Refusal, type Issuance } from '#libs/kernel';
import { UserDecider, mayLogIn, passwordWrong } from '#libs/users';
import { comparePassword, type ComparisonServices, type Proven } from './compare-password.js';

/** Checks the password of the user who asks. Throws `password.wrong`, which counts as a failed login. */
export async function checkOwnPassword(
  services: ComparisonServices,
  password: string,
  issuance: Issuance,
): Promise<Proven> {
  const { id: userId } = issuance.actor;
  const { state: user } = await services.store.load(UserDecider, userId);
  if (!mayLogIn(user, issuance.at))
    throw new Refusal('password.none-of-yours', 'conflict', 'Only users have passwords.');
  const proven = await comparePassword(services, { userId, password, issuance });
  if (proven) return proven;
  throw passwordWrong();
}
