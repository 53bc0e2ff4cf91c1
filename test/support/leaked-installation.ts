import type { Api } from './api.js';
import { addPerson, linkOf, logInBrowser, type Person } from './people.js';
import { expectStatus, issueTokenFor, openTestAccount, type TestAccount, type TestServer } from './server.js';

/** What somebody can have who has read the vault, or used the installation, before a leak was noticed. */
export interface LeakedInstallation {
  readonly account: TestAccount;
  /** A user with a password, a session and a token. */
  readonly ann: Person;
  readonly browsers: { readonly ann: Api; readonly operator: Api };
  /** The API with the operator's own token, Ann's token, and those of services of an account and of the installation. */
  readonly tokens: Readonly<Record<'operator' | 'ann' | 'accountService' | 'service', Api>>;
  readonly serviceTokenId: string;
  readonly links: { readonly reset: string; readonly invitation: string };
  /** The path of the second page of a list of users. */
  readonly nextPage: string;
}

/** Fills a server with sessions, tokens and links that a response to a leak has to end. */
export async function fillInstallation(test: TestServer): Promise<LeakedInstallation> {
  const { operator } = test;
  const account = await openTestAccount(test);
  const ann = await addPerson(test, account);
  const browsers = {
    ann: await logInBrowser(test, ann),
    operator: operator.inBrowser(
      expectStatus(200, await operator.inBrowser().post('/login', { token: operator['token'] })),
    ),
  };
  const issue = async (fields: object) => {
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const terms = { kind: 'service', name: 'robot', scopes: ['users:read'], expiresAt, ...fields };
    return expectStatus(201, await operator.post('/access-tokens', terms)).body as { tokenId: string; token: string };
  };
  const service = await issue({});
  const tokens = {
    operator,
    ann: operator.as(await issueTokenFor(operator, ann.id)),
    accountService: operator.as((await issue({ accountId: account.id })).token),
    service: operator.as(service.token),
  };
  const invited = await account.addUser();
  expectStatus(200, await operator.post(`${ann.path}/reset-password`));
  const links = { reset: await linkOf(test, ann.id), invitation: await linkOf(test, invited) };
  const { next } = expectStatus(200, await operator.get(account.path('/users?limit=1'))).body;
  const serviceTokenId = service.tokenId;
  return {
    account,
    ann,
    browsers,
    tokens,
    serviceTokenId,
    links,
    nextPage: account.path(`/users?limit=1&cursor=${next}`),
  };
}
