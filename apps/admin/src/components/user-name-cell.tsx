import { Text } from '@mantine/core';
import { AnchorLink } from './links';
import { formatListName } from './person-name';
import classes from './user-name-cell.module.css';

/** Shows a user's name, the last name first, as a link to their page, with their e-mail address below. */
export function UserNameCell({
  accountId,
  user: { userId, firstName, lastName, email },
}: {
  accountId: string;
  user: { userId: string; firstName: string; lastName: string; email: string };
}) {
  return (
    <>
      <AnchorLink
        to="/accounts/$accountId/users/$userId"
        params={{ accountId, userId }}
        size="sm"
        fw={600}
        truncate
        display="block"
      >
        {formatListName({ firstName, lastName })}
      </AnchorLink>
      <Text size="xs" c="dimmed" truncate className={classes['address']}>
        {email}
      </Text>
    </>
  );
}
