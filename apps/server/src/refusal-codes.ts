import { accessRefusals } from '#libs/access';
import { accountRefusals } from '#libs/accounts';
import { authorizationRefusals } from '#libs/authorization';
import { eventStoreRefusals } from '#libs/event-store';
import { clientErrors, httpRefusals, statusOf } from '#libs/http';
import { kernelRefusals, type RefusalCodes, type RefusalDescription } from '#libs/kernel';
import { mailRefusals } from '#libs/mail';
import { readStoreRefusals } from '#libs/read-store';
import { userRefusals } from '#libs/users';
import { vaultRefusals } from '#libs/vault';

/** Every refusal code with its description; a table that is missing here does not compile. */
export const refusalCodes: RefusalCodes = {
  ...kernelRefusals,
  ...authorizationRefusals,
  ...eventStoreRefusals,
  ...readStoreRefusals,
  ...vaultRefusals,
  ...httpRefusals,
  ...accountRefusals,
  ...userRefusals,
  ...accessRefusals,
  ...mailRefusals,
};

/** A code that a problem can have, as `docs/codes.md` shows it. */
interface ProblemCode extends Pick<RefusalDescription, 'meaning' | 'next' | 'actions'> {
  readonly code: string;
  readonly status: number;
  /** The library that describes it. */
  readonly library: string;
}

/** Returns every code that a problem can have: the codes of refusals, of requests that are malformed or reach no route, and of internal errors. */
export function listProblemCodes(): ProblemCode[] {
  const refusals = Object.entries<RefusalDescription & { readonly library: string }>({ ...refusalCodes });
  return [
    ...refusals.map(([code, { kind, ...row }]) => ({ ...row, code, status: statusOf[kind] })),
    ...Object.entries(clientErrors).map(([status, meaning]) => ({
      code: `http.${status}`,
      status: Number(status),
      library: 'http',
      meaning,
      next: 'Correct the request.',
    })),
    {
      code: 'server.error',
      status: 500,
      library: 'http',
      meaning: 'Rollbook has a fault; its log names the place.',
      next: 'Repeat the request with the same Idempotency-Key; if it fails again, report it.',
    },
  ];
}
