import { checkRecentlyAuthenticated, permissions } from '#libs/authorization';
import { Refusal, type CommandContext, type Decider } from '#libs/kernel';
import { EndAccessToken, IssueAccessToken, IssueOperatorToken } from './access-token.commands.js';
import { accessTokenEvent, type AccessTokenEvent, type TokenHolder, type TokenTerms } from './access-token.events.js';

export type AccessToken =
  | { readonly status: 'absent' }
  | (TokenTerms & {
      readonly status: 'live' | 'ended';
      /** Of its issue, in the log. */
      readonly position: number;
      /** Rollbook issued it at a start of the server, and renews it at later ones. */
      readonly isInstallations: boolean;
    });

/** Facts that the workflow looked up before the rule is asked. */
export interface AccessTokenContext extends CommandContext {
  /** The account in which the user that the command names is an active member. */
  readonly memberOf?: string;
  /** The revision at which that user was looked at. */
  readonly holderRevision?: number;
  /** The account that the command names is open. */
  readonly accountOpen?: boolean;
}

const day = 86_400_000;
/** ◇ How far ahead a token may expire. */
const longestDays = 400;

const commands = { IssueAccessToken, IssueOperatorToken, EndAccessToken };

export const AccessTokenDecider: Decider<AccessToken, AccessTokenEvent, typeof commands, AccessTokenContext> = {
  category: 'accessToken',
  subject: (id) => ({ kind: 'access-token', id }),
  initial: { status: 'absent' },
  // Who has left the account and ends a token that they had there does so out of its sight.
  account: (token, { confinedTo }) =>
    token.status === 'absent' || (confinedTo && confinedTo !== token.account) ? undefined : token.account,
  commands,

  decide: {
    IssueAccessToken: (command, token, context) => {
      if (token.status !== 'absent') throw exists();
      const holding = holdingOf(command, context);
      checkScopes(command, context);
      const { name, scopes } = command;
      const expiresAt = expiryOf(command, context);
      checkRecentlyAuthenticated(context);
      return [accessTokenEvent('AccessTokenIssued', { ...holding, name, scopes, expiresAt, meWriteKnown: true })];
    },

    IssueOperatorToken: ({ holder, days }, token, { at }) => {
      if (token.status !== 'absent') throw exists();
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

/** One's own, and the tokens of the users and services of the account that one administers; operators, any. The list shows the same ones. */
function mayManage(token: TokenHolder, { actor, confinedTo, mayActOnAdministrators }: CommandContext): boolean {
  if (actor.kind === 'operator' || actor.kind === 'system') return true;
  if (token.kind === actor.kind && token.holder === actor.id) return true;
  return token.kind !== 'operator' && mayActOnAdministrators && (!confinedTo || token.account === confinedTo);
}

/** Whose the token becomes, and where it works. Throws unless the caller may make one for them. */
function holdingOf(
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
  if (kind === 'user') return ofUser(userId, context);
  // A service or an operator is nobody else than its token.
  const holding = { kind, holder: context.targetId, ...(account && { account }) };
  if (context.actor.kind !== 'operator' && (kind === 'operator' || !mayManage(holding, context))) throw notAllowed();
  if (account && !context.accountOpen) throw new Refusal('account.not-found', 'not-found', 'There is no such account.');
  return holding;
}

function ofUser(
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

/** Nobody issues scopes that they lack. */
function checkScopes({ scopes }: IssueAccessToken, context: CommandContext): void {
  const lacking = scopes.filter((scope) => !context.permissions.includes(scope));
  if (lacking.length === 0) return;
  throw new Refusal('token.scope-not-held', 'forbidden', 'Nobody issues scopes that they lack.', [], {
    scopes: lacking,
  });
}

/** The time of expiry in UTC. A token issues none that lives longer than itself: else it could be renewed for ever. */
function expiryOf({ expiresAt }: IssueAccessToken, { at, issuableUntil }: CommandContext): string {
  const ahead = Date.parse(expiresAt) - Date.parse(at);
  // Without a zone a time would mean another one on another machine.
  if (!/(?:Z|[+-]\d\d:\d\d)$/.test(expiresAt) || !(ahead > 0 && ahead <= longestDays * day)) {
    throw new Refusal(
      'token.expiry-invalid',
      'invalid',
      `A token expires at a time with a zone, like 2027-01-31T12:00:00Z, that lies at most ${longestDays} days ahead.`,
    );
  }
  if (issuableUntil && Date.parse(expiresAt) > Date.parse(issuableUntil)) {
    throw new Refusal('token.outlives-issuer', 'forbidden', 'A token issues none that lives longer than itself.', [], {
      until: issuableUntil,
    });
  }
  return new Date(expiresAt).toISOString();
}

/** Not `[]`: issued again, one token would have two secrets. */
const exists = () => new Refusal('token.exists', 'conflict', 'This token was issued before.');

const notAllowed = () =>
  new Refusal('token.holder-not-allowed', 'forbidden', 'You may not issue a token for this holder.');

const notFound = () =>
  new Refusal('token.not-found', 'not-found', 'There is no such token among those that you may manage.');
