import type { ReactNode } from 'react';
import { UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { summaryQuery } from '../api/accounts';
import type { EffectiveStatus } from '../api/users';
import { statusColors, useStatusLabel } from '../components/badges';
import { toggleStatus, type UserListSearch } from './user-list-search';
import classes from './status-bar.module.css';

interface Props {
  readonly accountId: string;
  readonly filter: UserListSearch;
  readonly onFilter: (filter: UserListSearch) => void;
  /** Shown in the line below the bar. */
  readonly children: ReactNode;
}

/** Shows how the account's users are divided among the statuses. Each part is a button that filters the list. */
export function StatusBar({ accountId, filter, onFilter, children }: Props) {
  const { t, i18n } = useTranslation();
  const label = useStatusLabel();
  const { data } = useQuery(summaryQuery(accountId));
  if (!data || data.active + data.invited + data.pending < 2) return children;
  const parts: [EffectiveStatus, number][] = [
    ['active', data.active - data.locked],
    ['locked', data.locked],
    ['pending', data.pending],
    ['invited', data.invited],
  ];
  const shown = parts.filter(([status, count]) => count > 0 || filter.effectiveStatus?.includes(status));
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <div role="group" aria-label={t('userList.byStatus')}>
      <div className={classes['bar']} aria-hidden>
        {shown.map(([status, count]) => (
          // For the mouse only: the keyboard and screen readers have the buttons below.
          <button
            type="button"
            tabIndex={-1}
            key={status}
            className={classes['part']}
            title={label(status)}
            data-muted={(filter.effectiveStatus && !filter.effectiveStatus.includes(status)) || undefined}
            style={{ flexGrow: count, backgroundColor: `var(--mantine-color-${statusColors[status]}-filled)` }}
            onClick={() => onFilter(toggleStatus(filter, status))}
          />
        ))}
      </div>
      <div className={classes['legend']}>
        {shown.map(([status, count]) => (
          <UnstyledButton
            key={status}
            className={classes['label']}
            aria-pressed={filter.effectiveStatus?.includes(status) ?? false}
            onClick={() => onFilter(toggleStatus(filter, status))}
          >
            <span
              className={classes['dot']}
              style={{ backgroundColor: `var(--mantine-color-${statusColors[status]}-filled)` }}
            />
            {label(status)} <b>{number.format(count)}</b>
          </UnstyledButton>
        ))}
        {children}
      </div>
    </div>
  );
}
