import type { ReactNode } from 'react';
import { Anchor, Box, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';
import { ActionIcon } from '../audit-items/action-icon';
import { useActionTitle } from '../audit-items/action-title';
import { ChangeSummary } from '../audit-items/change-summary';
import { ChevronIcon } from '../components/icons';
import { DateTime } from '../components/date-time';
import { findSubjects, type Act } from './audit-acts';

/** Shows an item's title, which opens its details, and its changes. */
export function ItemCell({ item, isInside, onOpen }: { item: AuditItem; isInside: boolean; onOpen: () => void }) {
  const title = useActionTitle();
  return (
    <Cell item={item} isInside={isInside} hasReason={!isInside}>
      <TitleButton label={title(item)} onClick={onOpen} />
      <ChangeSummary item={item} />
    </Cell>
  );
}

/** Shows the title of an act with several items, and a button that shows and hides the items. */
export function ActCell({ act, isOpen, onToggle }: { act: Act; isOpen: boolean; onToggle: () => void }) {
  const { items } = act;
  const title = useActionTitle();
  const titles = [...new Set(items.map(title))];
  return (
    <Cell item={items.find(({ reason }) => reason !== null) ?? items[0]!} hasReason>
      <TitleButton
        label={titles.slice(0, shownTitles).join(', ') + (titles.length > shownTitles ? ', …' : '')}
        isOpen={isOpen}
        onClick={onToggle}
      />
      {!isOpen &&
        findSubjects(act).length === 1 &&
        items.map((item) => <ChangeSummary key={item.position} item={item} />)}
    </Cell>
  );
}

const shownTitles = 3;

interface CellProps {
  readonly item: AuditItem;
  readonly isInside?: boolean;
  readonly hasReason: boolean;
  readonly children: ReactNode;
}

function Cell({ item, isInside = false, hasReason, children }: CellProps) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start" pl={isInside ? 'md' : 0}>
      <ActionIcon action={item.action} />
      <Box miw={0}>
        {children}
        <Text size="xs" c="dimmed" hiddenFrom="md">
          <DateTime at={item.at} />
        </Text>
        {hasReason && item.reason && (
          <Text size="xs" hiddenFrom="md" lineClamp={3}>
            {t('lock.reason', { reason: item.reason })}
          </Text>
        )}
      </Box>
    </Group>
  );
}

function TitleButton({ label, isOpen, onClick }: { label: string; isOpen?: boolean; onClick: () => void }) {
  return (
    <Anchor
      component="button"
      type="button"
      size="sm"
      fw={600}
      lh="24px"
      ta="left"
      c="var(--mantine-color-text)"
      aria-expanded={isOpen}
      onClick={onClick}
    >
      {label}
      {isOpen !== undefined && (
        <ChevronIcon style={{ verticalAlign: 'middle', ...(isOpen && { transform: 'rotate(180deg)' }) }} />
      )}
    </Anchor>
  );
}
