import { describeRefusals } from '#libs/kernel';

/** The refusal codes of this library. */
export const accessRefusals = describeRefusals('access', {
  'access.unauthenticated': {
    kind: 'unauthenticated',
    meaning: 'The request has no valid access token and no session.',
    next: 'Send `Authorization: Bearer rb_…`, or log in.',
  },
  'access.forbidden': {
    kind: 'forbidden',
    meaning: "The caller's token or roles do not give the permission that this needs.",
    next: 'Ask for the permission that `needs` names.',
  },
  'access.foreign-origin': {
    kind: 'forbidden',
    meaning: 'A session may write only from its own pages: the header Origin does not fit.',
    next: "Write from Rollbook's own pages, or use an access token.",
  },
  'access.unnamed': {
    kind: 'forbidden',
    meaning: 'The route declares no permission, so everybody is refused.',
    next: 'None: this is a fault of Rollbook, please report it.',
  },
  'login.failed': {
    kind: 'unauthenticated',
    meaning: 'The address and the password do not fit, or the user may not log in.',
    next: 'Try again, or ask for a new password.',
  },
  'session.not-found': {
    kind: 'not-found',
    meaning: 'There is no such session.',
    next: 'List the sessions again (`GET /me/sessions`).',
  },
  'password.none-of-yours': {
    kind: 'conflict',
    meaning: 'The caller is not a user, and only users have passwords.',
    next: 'Authenticate as a user.',
  },
  'password.weak': {
    kind: 'invalid',
    meaning: 'The password is too easy to guess.',
    next: 'Choose a stronger one; `reasons` say what is wrong.',
  },
  'token.not-found': {
    kind: 'not-found',
    meaning: 'There is no such token among those that the caller may manage.',
    next: 'List the tokens again (`GET /access-tokens`).',
  },
  'token.exists': {
    kind: 'conflict',
    meaning: 'This token was issued before.',
    next: 'Issue another token with a new Idempotency-Key.',
  },
  'token.expiry-invalid': {
    kind: 'invalid',
    meaning: 'The expiry has no zone, has passed, or lies too far ahead.',
    next: 'Send a time with a zone, within the limit that the detail names.',
  },
  'token.holder-invalid': {
    kind: 'invalid',
    meaning: 'The ids of the holder do not fit its kind.',
    next: 'Send a userId with the kind user only, an accountId with the kind service only.',
  },
  'token.holder-not-allowed': {
    kind: 'forbidden',
    meaning: 'The caller may not issue a token for this holder.',
    next: 'Ask somebody who manages tokens of such holders.',
  },
  'token.outlives-issuer': {
    kind: 'forbidden',
    meaning: 'A token can not issue one that lives longer than itself.',
    next: 'Send an earlier expiry.',
  },
  'token.scope-not-held': {
    kind: 'forbidden',
    meaning: 'A scope was asked for that the caller lacks.',
    next: 'Leave out the scopes that the caller lacks.',
  },
  'token.wrong': {
    kind: 'forbidden',
    meaning: 'This is not the access token that the session began with.',
    next: 'Send the token that the session began with.',
  },
});

type AccessRefusals = typeof accessRefusals;

declare module '#libs/kernel' {
  interface RefusalCodes extends AccessRefusals {}
}
