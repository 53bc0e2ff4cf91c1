import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { accountQuery, accountsQuery } from './api/accounts';
import { meQuery } from './api/me';
import { queryClient } from './api/query-client';
import { lazyPage } from './layout/lazy-page';
import { getRememberedAccount } from './layout/remembered-account';
import { NotFoundPage, ErrorPage, LoadingPage } from './layout/fallback-pages';
import { parseAuditSearch } from './audit/audit-search';
import { parseMailListSearch } from './mails/mail-list-search';
import { parseMomentSearch } from './user-page/moment-search';
import { parseUserListSearch } from './user-list/user-list-search';

// A page is a folder with a component and a route here, which loads the component when it is opened.
const root = createRootRoute({ notFoundComponent: NotFoundPage, errorComponent: ErrorPage });

/** Returns the address to open after the login, if it is of this site (no open redirect). `to` is always set, because the router keeps parameters that are left out. */
const parseReturnAddress = ({ to }: Record<string, unknown>): { to?: string | undefined } => ({
  to: typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : undefined,
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: parseReturnAddress,
  component: lazyPage(async () => (await import('./login/login-page')).LoginPage),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyPage(async () => (await import('./login/forgot-password-page')).ForgotPasswordPage),
});

const setPassword = createRoute({
  getParentRoute: () => root,
  path: '/set-password',
  component: lazyPage(async () => (await import('./login/set-password-page')).SetPasswordPage),
});

/** The parent of all pages behind the login. */
const loggedIn = createRoute({
  getParentRoute: () => root,
  id: 'in',
  beforeLoad: async ({ location }) => {
    // Only the first page waits for the server.
    const me = await queryClient.query({ ...meQuery, staleTime: 'static' });
    if (!me) throw redirect({ to: '/login', search: location.pathname === '/' ? {} : { to: location.href } });
    return { me };
  },
  component: lazyPage(async () => (await import('./layout/app-layout')).AppLayout),
});

const home = createRoute({
  getParentRoute: () => loggedIn,
  path: '/',
  beforeLoad: async ({ context: { me } }) => {
    if (!me.permissions.includes('users:read')) throw redirect({ to: '/profile' });
    const accountId = me.accountId ?? (await findDefaultAccount());
    throw accountId
      ? redirect({ to: '/accounts/$accountId/users', params: { accountId } })
      : redirect({ to: '/accounts/new' });
  },
});

/** Returns the account that an operator opened last in this browser, else the oldest one. */
async function findDefaultAccount(): Promise<string | undefined> {
  const remembered = getRememberedAccount();
  // It may have been closed since.
  const account = remembered && (await queryClient.query(accountQuery(remembered)).catch(() => undefined));
  return account ? account.accountId : (await queryClient.query(accountsQuery)).items[0]?.accountId;
}

const accounts = createRoute({
  getParentRoute: () => loggedIn,
  path: '/accounts',
  component: lazyPage(async () => (await import('./accounts/account-list-page')).AccountListPage),
});

const accessTokens = createRoute({
  getParentRoute: () => loggedIn,
  path: '/access-tokens',
  component: lazyPage(async () => (await import('./tokens/token-list-page')).TokenListPage),
});

const mails = createRoute({
  getParentRoute: () => loggedIn,
  path: '/mails',
  validateSearch: parseMailListSearch,
  component: lazyPage(async () => (await import('./mails/mail-list-page')).MailListPage),
});

const profile = createRoute({
  getParentRoute: () => loggedIn,
  path: '/profile',
  component: lazyPage(async () => (await import('./profile/profile-page')).ProfilePage),
});

const newAccount = createRoute({
  getParentRoute: () => loggedIn,
  path: '/accounts/new',
  component: lazyPage(async () => (await import('./accounts/new-account-page')).NewAccountPage),
});

const account = createRoute({
  getParentRoute: () => loggedIn,
  path: '/accounts/$accountId',
  component: lazyPage(async () => (await import('./layout/account-layout')).AccountLayout),
});

const accountPage = createRoute({
  getParentRoute: () => account,
  path: '/',
  component: lazyPage(async () => (await import('./accounts/account-page')).AccountPage),
});

const users = createRoute({
  getParentRoute: () => account,
  path: '/users',
  validateSearch: parseUserListSearch,
  component: lazyPage(async () => (await import('./user-list/user-list-page')).UserListPage),
});

const user = createRoute({
  getParentRoute: () => account,
  path: '/users/$userId',
  validateSearch: parseMomentSearch,
  component: lazyPage(async () => (await import('./user-page/user-page')).UserPage),
});

const approvals = createRoute({
  getParentRoute: () => account,
  path: '/approvals',
  component: lazyPage(async () => (await import('./approvals/approvals-page')).ApprovalsPage),
});

const audit = createRoute({
  getParentRoute: () => account,
  path: '/audit',
  validateSearch: parseAuditSearch,
  component: lazyPage(async () => (await import('./audit/audit-page')).AuditPage),
});

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    forgotPassword,
    setPassword,
    loggedIn.addChildren([
      home,
      profile,
      accessTokens,
      mails,
      accounts,
      newAccount,
      account.addChildren([accountPage, users, user, approvals, audit]),
    ]),
  ]),
  // Removes parameters that `validateSearch` leaves out, from the address and from what pages read.
  search: { strict: true },
  defaultPendingComponent: LoadingPage,
  defaultErrorComponent: ErrorPage,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
