import { Button, Menu } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { meQuery, useMay } from '../api/me';
import type { UserFilter } from '../api/users';
import { ChevronIcon, DownloadIcon } from '../parts/icons';
import { useProblemText } from '../parts/problems';
import { tell } from '../parts/tell';

/** What is done with all users that the filters show. */
export function BulkOperations({ accountId, filter }: { accountId: string; filter: UserFilter }) {
  const { t } = useTranslation();
  const href = exportOf(accountId, filter);
  const exporting = useExport(href);
  if (!useMay('users:export')) return null;
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

/** Saves the file, once it is sure that it will come: a download that is refused says nothing. Whose session has ended is led to the login. */
function useExport(href: string) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const problemText = useProblemText();
  return useMutation({
    mutationFn: () => queryClient.fetchQuery({ ...meQuery, staleTime: 0, retry: false }),
    onSuccess: (me) => {
      if (me?.permissions.includes('users:export')) download(href);
      else if (me) tell(t('problem.access.forbidden'));
    },
    onError: (error) => tell(problemText(error)),
  });
}

/** The browser streams it to its file. */
function download(href: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = '';
  link.click();
}

/** Where the browser gets the CSV. */
function exportOf(accountId: string, filter: UserFilter): string {
  const query = Object.entries(filter).flatMap(([name, value]) =>
    name === 'sort' ? [] : [value].flat().map((one) => [name, String(one)]),
  );
  return `/api/v1/accounts/${encodeURIComponent(accountId)}/users.csv?${new URLSearchParams(query)}`;
}
