import { AccessTokensProjection } from '#libs/access';
import { AccountListProjection } from '#libs/accounts';
import { AuditTrailProjection } from '#libs/audit';
import { UserListProjection } from '#libs/users';

/** The read models, each built from the log alone. */
export const projections = [AccountListProjection, UserListProjection, AccessTokensProjection, AuditTrailProjection];
