import { useEffect } from 'react';
import { Outlet, getRouteApi } from '@tanstack/react-router';
import { UserActionProvider } from '../user-actions/user-action-provider';
import { useChanges } from '../api/changes';
import { rememberAccount } from './remembered-account';

const route = getRouteApi('/in/accounts/$accountId');

/** The parent of an account's pages: keeps them up to date and gives them one confirmation dialog. */
export function AccountLayout() {
  const { accountId } = route.useParams();
  useChanges(accountId);
  useEffect(() => rememberAccount(accountId), [accountId]);
  return (
    <UserActionProvider accountId={accountId}>
      <Outlet />
    </UserActionProvider>
  );
}
