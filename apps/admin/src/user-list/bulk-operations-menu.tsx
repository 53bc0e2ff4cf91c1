import { Button, Menu } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { meQuery, useHasPermission } from '../api/me';
import type { UserFilter } from '../api/users';
import { ChevronIcon, DownloadIcon } from '../components/icons';
import { useProblemText } from '../components/problems';
import { notify } from '../components/notify';

/** Shows the menu of operations on all users that match the filters. */
export function BulkOperationsMenu({ accountId, filter }: { accountId: string; filter: UserFilter }) {
  const { t } = useTranslation();
  const href = toExportUrl(accountId, filter);
  const exporting = useExportUsers(href);
  if (!useHasPermission('users:export')) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" rightSection={<ChevronIcon />} loading={exporting.isPending}>
          {t('users.bulk')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component="a"
          href={href}
          download
          leftSection={<DownloadIcon />}
          onClick={(event) => {
            event.preventDefault();
            exporting.mutate();
          }}
        >
          {t('users.export')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Returns the mutation that downloads the user list. It first checks session and permission, because a browser shows no error for a refused download. */
function useExportUsers(href: string) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const problemText = useProblemText();
  return useMutation({
    mutationFn: () => queryClient.query({ ...meQuery, staleTime: 0, retry: false }),
    onSuccess: (me) => {
      if (me?.permissions.includes('users:export')) download(href);
      else if (me) notify(t('problem.access.forbidden'));
    },
    onError: (error) => notify(problemText(error)),
  });
}

/** Lets the browser download a file, as a stream. */
function download(href: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = '';
  link.click();
}

/** Returns the address of the CSV file. */
function toExportUrl(accountId: string, filter: UserFilter): string {
  const query = Object.entries(filter).flatMap(([name, value]) =>
    name === 'sort' ? [] : [value].flat().map((one) => [name, String(one)]),
  );
  return `/api/v1/accounts/${encodeURIComponent(accountId)}/users.csv?${new URLSearchParams(query)}`;
}
