import type { ReactNode } from 'react';
import { Button, List, Paper, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me';
import { AnchorLink } from '../components/links';

/** Tells the administrator of an account without other users what to do first. */
export function FirstSteps({ accountId, onAdd }: { accountId: string; onAdd: () => void }) {
  const { t } = useTranslation();
  const { permissions } = useMe();
  const params = { accountId };
  const steps: { id: 'add' | 'domains' | 'administrator' | 'token'; isOffered: boolean; link: ReactNode }[] = [
    {
      id: 'add',
      isOffered: permissions.includes('users:add'),
      link: (
        <Button size="compact-sm" variant="light" onClick={onAdd}>
          {t('firstSteps.addButton')}
        </Button>
      ),
    },
    {
      id: 'administrator',
      isOffered: permissions.includes('roles:grant'),
      link: null,
    },
    {
      id: 'domains',
      isOffered: true,
      link: (
        <AnchorLink size="sm" to="/accounts/$accountId" params={params}>
          {t('firstSteps.domainsLink')}
        </AnchorLink>
      ),
    },
    {
      id: 'token',
      isOffered: permissions.includes('tokens:manage'),
      link: (
        <AnchorLink size="sm" to="/access-tokens">
          {t('tokens.issue')}
        </AnchorLink>
      ),
    },
  ];
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="first-steps">
      <Title order={2} size="h4" id="first-steps" mb="xs">
        {t('firstSteps.title')}
      </Title>
      <List type="ordered" spacing="xs" size="sm">
        {steps
          .filter(({ isOffered }) => isOffered)
          .map(({ id, link }) => (
            <List.Item key={id}>
              <Text span size="sm">
                {t(`firstSteps.${id}`)}
              </Text>{' '}
              {link}
            </List.Item>
          ))}
      </List>
    </Paper>
  );
}
