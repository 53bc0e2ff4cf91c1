import { useEffect, useRef } from 'react';
import { Loader, Table, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { FlexRender, rowSelectionFeature, rowSortingFeature, tableFeatures, type Header, type ReactTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useTranslation } from 'react-i18next';
import { DownIcon, UnsortedIcon, UpIcon } from './icons';
import classes from './list-table.module.css';

/** What our tables can do: rows are sorted and filtered by the server. */
export const listFeatures = tableFeatures({ rowSelectionFeature, rowSortingFeature });
export type ListFeatures = typeof listFeatures;

/** Of a row, px; the style sheet says the same. */
const rowHeight = 56;
/** So many rows before the end the next page is asked for. */
const ahead = 40;

interface Props<Row extends object> {
  readonly table: ReactTable<ListFeatures, Row>;
  /** What the table lists, for whoever can't see it. */
  readonly label: string;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => unknown;
}

/** A table of any length: only the rows in sight are in the page, and more are fetched as they come into sight. */
export function ListTable<Row extends object>({ table, label, hasMore, isLoadingMore, loadMore }: Props<Row>) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const { rows } = table.getRowModel();
  const virtualizer = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8 });
  const inSight = virtualizer.getVirtualItems();
  const last = inSight.at(-1)?.index ?? -1;
  const wantsMore = hasMore && !isLoadingMore && last >= rows.length - ahead;
  useEffect(() => {
    if (wantsMore) void loadMore();
  }, [wantsMore, loadMore]);

  return (
    <div className={classes['scroller']} ref={scroller}>
      <Table className={classes['table']} stickyHeader highlightOnHover aria-label={label} aria-rowcount={hasMore ? -1 : rows.length + 1}>
        <Table.Thead>
          {table.getHeaderGroups().map((group) => (
            <Table.Tr key={group.id}>
              {group.headers.map((header) => (
                <Heading key={header.id} header={header} />
              ))}
            </Table.Tr>
          ))}
        </Table.Thead>
        <Table.Tbody>
          <Space height={inSight[0]?.start ?? 0} />
          {inSight.map(({ index }) => {
            const row = rows[index]!;
            return (
              <Table.Tr key={row.id} className={classes['row']} aria-rowindex={index + 2} data-selected={row.getIsSelected() || undefined}>
                {row.getAllCells().map((cell) => (
                  <Table.Td key={cell.id} className={classes[cell.column.id]}>
                    <FlexRender cell={cell} />
                  </Table.Td>
                ))}
              </Table.Tr>
            );
          })}
          <Space height={virtualizer.getTotalSize() - (inSight.at(-1)?.end ?? 0)} />
        </Table.Tbody>
      </Table>
      {isLoadingMore && (
        <div className={classes['more']} role="status">
          <Loader size="sm" aria-hidden />
          <VisuallyHidden>{t('common.loading')}</VisuallyHidden>
        </div>
      )}
    </div>
  );
}

function Heading<Row extends object>({ header }: { header: Header<ListFeatures, Row> }) {
  const { column } = header;
  const sorted = column.getIsSorted();
  const Arrow = sorted === 'asc' ? UpIcon : sorted === 'desc' ? DownIcon : UnsortedIcon;
  return (
    <Table.Th className={classes[column.id]} aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined}>
      {column.getCanSort() ? (
        <UnstyledButton className={classes['sort']} onClick={() => column.toggleSorting()}>
          <FlexRender header={header} />
          <Arrow />
        </UnstyledButton>
      ) : (
        <FlexRender header={header} />
      )}
    </Table.Th>
  );
}

/** The rows that are not in the page, as room. */
const Space = ({ height }: { height: number }) =>
  height > 0 && (
    <tr aria-hidden>
      <td style={{ height, padding: 0 }} />
    </tr>
  );
