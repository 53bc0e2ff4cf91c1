import { Button, Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMay } from '../api/me';
import type { UserFilter } from '../api/users';
import { ChevronIcon, DownloadIcon } from '../parts/icons';

/** What is done with all users that the filters show. */
export function BulkOperations({ accountId, filter }: { accountId: string; filter: UserFilter }) {
  const { t } = useTranslation();
  if (!useMay('users:export')) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" rightSection={<ChevronIcon />}>
          {t('users.bulk')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={exportOf(accountId, filter)} download leftSection={<DownloadIcon />}>
          {t('users.export')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Where the browser gets the CSV, streamed to its file. */
function exportOf(accountId: string, filter: UserFilter): string {
  const query = Object.entries(filter).flatMap(([name, value]) => (name === 'sort' ? [] : [value].flat().map((one) => [name, String(one)])));
  return `/api/v1/accounts/${encodeURIComponent(accountId)}/users.csv?${new URLSearchParams(query)}`;
}
