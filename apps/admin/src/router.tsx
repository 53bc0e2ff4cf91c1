import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { accountsQuery } from './api/accounts';
import { meQuery } from './api/me';
import { queryClient } from './api/query-client';
import { rememberedAccount } from './shell/remembered-account';
import { NotFound, Failed, Waiting } from './shell/fallbacks';
import { auditSearch } from './audit/search';
import { momentSearch } from './user/moment';
import { usersSearch } from './users/filter';

// A page is a folder with a component, and a route here that loads it when it is opened.
const root = createRootRoute({ notFoundComponent: NotFound, errorComponent: Failed });

/** An address of this site to go on to; nobody is led elsewhere. Said even where there is none: what is left out stays as it came. */
const onwards = ({ to }: Record<string, unknown>): { to?: string | undefined } => ({
  to: typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : undefined,
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: onwards,
  component: lazyRouteComponent(() => import('./login/login-page'), 'LoginPage'),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('./login/forgot-password-page'), 'ForgotPasswordPage'),
});

const setPassword = createRoute({
  getParentRoute: () => root,
  path: '/set-password',
  component: lazyRouteComponent(() => import('./login/set-password-page'), 'SetPasswordPage'),
});

/** Whatever is for those who have logged in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'in',
  beforeLoad: async ({ location }) => {
    const me = await queryClient.ensureQueryData(meQuery);
    if (!me) throw redirect({ to: '/login', search: location.pathname === '/' ? {} : { to: location.href } });
    return { me };
  },
  component: lazyRouteComponent(() => import('./shell/shell'), 'Shell'),
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: async ({ context: { me } }) => {
    if (!me.permissions.includes('users:read')) throw redirect({ to: '/profile' });
    const accountId = me.account ?? (await anyAccount());
    throw accountId
      ? redirect({ to: '/accounts/$accountId/users', params: { accountId } })
      : redirect({ to: '/accounts/new' });
  },
});

/** Where an operator was last, else the oldest account. */
async function anyAccount(): Promise<string | undefined> {
  const { items } = await queryClient.fetchQuery(accountsQuery);
  return items.find(({ accountId }) => accountId === rememberedAccount())?.accountId ?? items[0]?.accountId;
}

const accounts = createRoute({
  getParentRoute: () => inside,
  path: '/accounts',
  component: lazyRouteComponent(() => import('./accounts/accounts-page'), 'AccountsPage'),
});

const accessTokens = createRoute({
  getParentRoute: () => inside,
  path: '/access-tokens',
  component: lazyRouteComponent(() => import('./tokens/tokens-page'), 'TokensPage'),
});

const profile = createRoute({
  getParentRoute: () => inside,
  path: '/profile',
  component: lazyRouteComponent(() => import('./profile/profile-page'), 'ProfilePage'),
});

const newAccount = createRoute({
  getParentRoute: () => inside,
  path: '/accounts/new',
  component: lazyRouteComponent(() => import('./accounts/new-account-page'), 'NewAccountPage'),
});

const account = createRoute({
  getParentRoute: () => inside,
  path: '/accounts/$accountId',
  component: lazyRouteComponent(() => import('./shell/account-frame'), 'AccountFrame'),
});

const aboutAccount = createRoute({
  getParentRoute: () => account,
  path: '/',
  component: lazyRouteComponent(() => import('./accounts/account-page'), 'AccountPage'),
});

const users = createRoute({
  getParentRoute: () => account,
  path: '/users',
  validateSearch: usersSearch,
  component: lazyRouteComponent(() => import('./users/users-page'), 'UsersPage'),
});

const user = createRoute({
  getParentRoute: () => account,
  path: '/users/$userId',
  validateSearch: momentSearch,
  component: lazyRouteComponent(() => import('./user/user-page'), 'UserPage'),
});

const approvals = createRoute({
  getParentRoute: () => account,
  path: '/approvals',
  component: lazyRouteComponent(() => import('./approvals/approvals-page'), 'ApprovalsPage'),
});

const audit = createRoute({
  getParentRoute: () => account,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('./audit/audit-page'), 'AuditPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    forgotPassword,
    setPassword,
    inside.addChildren([
      home,
      profile,
      accessTokens,
      accounts,
      newAccount,
      account.addChildren([aboutAccount, users, user, approvals, audit]),
    ]),
  ]),
  // What `validateSearch` leaves out goes from the address, and from what pages read of it; else it would stay as it came.
  search: { strict: true },
  defaultPendingComponent: Waiting,
  defaultErrorComponent: Failed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
