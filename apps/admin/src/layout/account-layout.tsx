import { useEffect } from 'react';
import { Outlet, getRouteApi } from '@tanstack/react-router';
import { UserActionProvider } from '../user-actions/user-action-provider';
import { useChanges } from '../api/changes';
import { rememberAccount } from './remembered-account';

const route = getRouteApi('/in/accounts/$accountId');

/** The parent component of an account's pages: follows the account's changes and holds the pages' confirmation dialog. */
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
