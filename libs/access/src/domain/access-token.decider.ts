import { checkRecentlyAuthenticated, permissions } from '#libs/authorization';
import { Refusal, type CommandContext, type Decider } from '#libs/kernel';
import { EndAccessToken, IssueAccessToken, IssueOperatorToken } from './access-token.commands.js';
import { accessTokenEvent, type AccessTokenEvent, type TokenHolder, type TokenTerms } from './access-token.events.js';

export type AccessToken =
  | { readonly status: 'absent' }
  | (TokenTerms & {
      readonly status: 'live' | 'ended';
      /** The position in the log of the event that issued it. */
      readonly position: number;
      /** Whether the server issued it when it started; the server renews such a token at later starts. */
      readonly isInstallations: boolean;
    });

/** Facts that the workflow loads before it calls the rule. */
export interface AccessTokenContext extends CommandContext {
  /** The account in which the user that the command names is an active member. */
  readonly memberOf?: string;
  /** The revision of that user's stream when `memberOf` was loaded. */
  readonly holderRevision?: number;
  /** Whether the account that the command names is open. */
  readonly accountOpen?: boolean;
}

const day = 86_400_000;
/** How many days after its issue a token may expire at most; default, not configurable. */
const maxDays = 400;

const commands = { IssueAccessToken, IssueOperatorToken, EndAccessToken };

export const AccessTokenDecider: Decider<AccessToken, AccessTokenEvent, typeof commands, AccessTokenContext> = {
  category: 'accessToken',
  subject: (id) => ({ kind: 'access-token', id }),
  initial: { status: 'absent' },
  // A user who left an account and ends a token that they had there does not appear in that account's audit trail.
  account: (token, { confinedTo }) =>
    token.status === 'absent' || (confinedTo && confinedTo !== token.account) ? undefined : token.account,
  commands,

  decide: {
    IssueAccessToken: (command, token, context) => {
      if (token.status !== 'absent') throw alreadyIssued();
      const holder = findHolder(command, context);
      checkScopes(command, context);
      const { name, scopes } = command;
      const expiresAt = expiryOf(command, context);
      checkRecentlyAuthenticated(context);
      return [accessTokenEvent('AccessTokenIssued', { ...holder, name, scopes, expiresAt, meWriteKnown: true })];
    },

    IssueOperatorToken: ({ holder, days }, token, { at }) => {
      if (token.status !== 'absent') throw alreadyIssued();
      const expiresAt = new Date(Date.parse(at) + days * day).toISOString();
      return [
        accessTokenEvent('AccessTokenIssued', {
          kind: 'operator',
          holder,
          name: 'operator-token',
          scopes: permissions,
          expiresAt,
          meWriteKnown: true,
        }),
      ];
    },

    EndAccessToken: (_, token, context) => {
      if (token.status === 'absent' || !mayManage(token, context)) throw notFound();
      return token.status === 'ended' ? [] : [accessTokenEvent('AccessTokenEnded', {})];
    },
  },

  evolve: {
    AccessTokenIssued: (_, terms, { actor }, { position }) => ({
      ...terms,
      status: 'live',
      position,
      isInstallations: actor.kind === 'system',
    }),
    AccessTokenEnded: (token) => (token.status === 'absent' ? token : { ...token, status: 'ended' }),
  },
};

/**
 * Returns whether the caller may list and end a token: their own tokens, as an administrator also the tokens of users and
 * services of the account, as an operator all tokens. `isManageable` is the same rule in SQL.
 */
function mayManage(token: TokenHolder, { actor, confinedTo, mayActOnAdministrators }: CommandContext): boolean {
  if (actor.kind === 'operator' || actor.kind === 'system') return true;
  if (token.kind === actor.kind && token.holder === actor.id) return true;
  return token.kind !== 'operator' && mayActOnAdministrators && (!confinedTo || token.account === confinedTo);
}

/** Returns the holder and the account of a new token. Throws a refusal if the caller may not issue a token for this holder. */
function findHolder(
  { kind, userId, accountId: account }: IssueAccessToken,
  context: AccessTokenContext,
): TokenHolder & Pick<TokenTerms, 'revision'> {
  if ((userId && kind !== 'user') || (account && kind !== 'service')) {
    throw new Refusal(
      'token.holder-invalid',
      'invalid',
      'A userId goes with the kind user only, an accountId with the kind service only.',
    );
  }
  if (kind === 'user') return findUserAsHolder(userId, context);
  // A service or an operator has the id of its token.
  const holder = { kind, holder: context.targetId, ...(account && { account }) };
  if (context.actor.kind !== 'operator' && (kind === 'operator' || !mayManage(holder, context))) throw notAllowed();
  if (account && !context.accountOpen) throw new Refusal('account.not-found', 'not-found', 'There is no such account.');
  return holder;
}

function findUserAsHolder(
  userId: string | undefined,
  { actor, memberOf, holderRevision }: AccessTokenContext,
): TokenHolder & Pick<TokenTerms, 'revision'> {
  const holder = userId ?? (actor.kind === 'user' ? actor.id : undefined);
  if (!holder) throw new Refusal('token.holder-invalid', 'invalid', 'A token of the kind user needs a userId.');
  if (actor.kind !== 'operator' && !(actor.kind === 'user' && actor.id === holder)) throw notAllowed();
  if (!memberOf)
    throw new Refusal('user.not-found', 'not-found', 'There is no such user who is an active member of an account.');
  return { kind: 'user', holder, account: memberOf, ...(holderRevision !== undefined && { revision: holderRevision }) };
}

/** Checks that the caller has all scopes that the new token gets. Throws `token.scope-not-held`. */
function checkScopes({ scopes }: IssueAccessToken, context: CommandContext): void {
  const lacking = scopes.filter((scope) => !context.permissions.includes(scope));
  if (lacking.length === 0) return;
  throw new Refusal('token.scope-not-held', 'forbidden', 'Nobody issues scopes that they lack.', [], {
    scopes: lacking,
  });
}

/**
 * Returns the time of expiry in UTC. Throws `token.expiry-invalid`, or `token.outlives-issuer` if the caller's own token
 * expires earlier: else tokens could be renewed for ever.
 */
function expiryOf({ expiresAt }: IssueAccessToken, { at, issuableUntil }: CommandContext): string {
  const ahead = Date.parse(expiresAt) - Date.parse(at);
  // Without a zone, the time would depend on the server's zone.
  if (!/(?:Z|[+-]\d\d:\d\d)$/.test(expiresAt) || !(ahead > 0 && ahead <= maxDays * day)) {
    throw new Refusal(
      'token.expiry-invalid',
      'invalid',
      `A token expires at a time with a zone, like 2027-01-31T12:00:00Z, that lies at most ${maxDays} days ahead.`,
    );
  }
  if (issuableUntil && Date.parse(expiresAt) > Date.parse(issuableUntil)) {
    throw new Refusal('token.outlives-issuer', 'forbidden', 'A token issues none that lives longer than itself.', [], {
      until: issuableUntil,
    });
  }
  return new Date(expiresAt).toISOString();
}

/** A refusal, not an empty list of events: a second issue would create a second secret. */
const alreadyIssued = () => new Refusal('token.exists', 'conflict', 'This token was issued before.');

const notAllowed = () =>
  new Refusal('token.holder-not-allowed', 'forbidden', 'You may not issue a token for this holder.');

const notFound = () =>
  new Refusal('token.not-found', 'not-found', 'There is no such token among those that you may manage.');
