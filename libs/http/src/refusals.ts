import { describeRefusals } from '#libs/kernel';

/** The refusal codes of this library. */
export const httpRefusals = describeRefusals('http', {
  'http.400': {
    kind: 'invalid',
    meaning: 'The body is not JSON, or has a field that no request may have.',
    next: 'Correct the body; `line` and `column` name the first invalid character.',
  },
  'request.invalid': {
    kind: 'invalid',
    meaning: 'The request has fields that are missing, unknown or not allowed.',
    next: 'Correct the fields that `errors` names.',
  },
  'request.not-utf8': {
    kind: 'invalid',
    meaning: 'The body is not UTF-8, or the address is not percent-encoded UTF-8.',
    next: 'Send UTF-8.',
  },
  'idempotency.key-invalid': {
    kind: 'invalid',
    meaning: 'The Idempotency-Key is not 1 to 200 printable ASCII characters.',
    next: 'Send another key.',
  },
  'idempotency.not-here': {
    kind: 'invalid',
    meaning: 'This route takes no Idempotency-Key.',
    next: 'Leave the header out.',
  },
  'revision.invalid': {
    kind: 'invalid',
    meaning: 'If-Match is not one entity tag, or this route takes none.',
    next: 'Send the ETag of a response about the user, or leave the header out.',
  },
  'position.invalid': {
    kind: 'invalid',
    meaning: 'Rollbook-Min-Position or Last-Event-ID is not a position.',
    next: 'Send a position from a Rollbook-Position header or from the id of a server-sent event, or leave the header out.',
  },
});

type HttpRefusals = typeof httpRefusals;

declare module '#libs/kernel' {
  interface RefusalCodes extends HttpRefusals {}
}
