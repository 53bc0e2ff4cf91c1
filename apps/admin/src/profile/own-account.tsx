import { Anchor, Badge, List, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe, useOwnAccount } from '../api/me';
import { RoleBadges } from '../components/badges';
import { DetailsTable } from '../components/details-table';
import { AnchorLink } from '../components/links';

/** Shows the user's account, roles and administrators. */
export function OwnAccount({ email }: { email: string }) {
  const { t } = useTranslation();
  const { actor, accountId, roles, permissions } = useMe();
  const account = useOwnAccount();
  return (
    <Stack gap="sm">
      <DetailsTable
        facts={[
          [t('user.email'), email],
          [t('page.account'), account?.name ?? '…'],
          [
            t('user.roles'),
            roles.length ? (
              <Stack key="roles" gap="xs">
                {roles.map((role) => (
                  <div key={role}>
                    <RoleBadges roles={[role]} />
                    <Text size="sm" c="dimmed">
                      {t(`roles.${role}`)}
                    </Text>
                  </div>
                ))}
              </Stack>
            ) : (
              t('profile.noRoles')
            ),
          ],
          [
            t('profile.administrators'),
            <Stack key="administrators" gap="xs">
              <List listStyleType="none" spacing="xs" size="sm">
                {account?.administrators.map(({ userId, firstName, lastName, email: address }) => (
                  <List.Item key={userId}>
                    {firstName} {lastName} {userId === actor.id && <Badge size="sm">{t('tokens.you')}</Badge>}
                    <br />
                    <Anchor href={`mailto:${address}`} size="sm">
                      {address}
                    </Anchor>
                  </List.Item>
                ))}
              </List>
              <Text size="sm" c="dimmed">
                {t('profile.administratorsHint')}
              </Text>
            </Stack>,
          ],
        ]}
      />
      {accountId && permissions.includes('users:read') && (
        <AnchorLink to="/accounts/$accountId/users/$userId" params={{ accountId, userId: actor.id }} size="sm">
          {t('profile.yourPage')}
        </AnchorLink>
      )}
    </Stack>
  );
}
