import { describeRefusals } from '#libs/kernel';

/** The refusal codes of this library. */
export const authorizationRefusals = describeRefusals('authorization', {
  'access.reauthenticate': {
    kind: 'forbidden',
    meaning: 'The session was authenticated too long ago for an act that can do much harm.',
    next: 'Show the credential that `with` names again (`POST /me/reauthenticate`), then repeat the request.',
    actions: ['Reauthenticate'],
  },
});

type AuthorizationRefusals = typeof authorizationRefusals;

declare module '#libs/kernel' {
  interface RefusalCodes extends AuthorizationRefusals {}
}
