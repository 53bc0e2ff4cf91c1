import { accessRefusals } from '#libs/access';
import { accountRefusals } from '#libs/accounts';
import { eventStoreRefusals } from '#libs/event-store';
import { httpRefusals } from '#libs/http';
import { kernelRefusals, type RefusalCodes } from '#libs/kernel';
import { mailRefusals } from '#libs/mail';
import { readStoreRefusals } from '#libs/read-store';
import { userRefusals } from '#libs/users';

/** Every refusal code with its description; a table that is missing here does not compile. */
export const refusalCodes: RefusalCodes = {
  ...kernelRefusals,
  ...eventStoreRefusals,
  ...readStoreRefusals,
  ...httpRefusals,
  ...accountRefusals,
  ...userRefusals,
  ...accessRefusals,
  ...mailRefusals,
};
