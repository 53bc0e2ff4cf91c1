import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { userQuery } from '../api/users';
import { AnchorLink } from './links';

/** Shows a user's name as a link to their page, or only the id if the account does not know the user. */
export function UserLink({ accountId, userId }: { accountId: string; userId: string }) {
  const { data: user } = useQuery(userQuery(accountId, userId));
  if (!user) {
    return (
      <Text span size="sm" c="dimmed">
        {userId}
      </Text>
    );
  }
  return (
    <AnchorLink to="/accounts/$accountId/users/$userId" params={{ accountId, userId }} size="sm">
      {user.firstName} {user.lastName}
    </AnchorLink>
  );
}
