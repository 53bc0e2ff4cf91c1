import { useEffect, type ReactNode } from 'react';
import { Loader, Table, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useTranslation } from 'react-i18next';
import { DownIcon, UnsortedIcon, UpIcon } from './icons';
import type { ListQuery } from './list-query';
import { SlowNotice } from './slow-notice';
import { SkeletonRows } from './skeleton-rows';
import { rowHeightPx, useListPlace, type ListPlace } from './use-list-place';
import classes from './list-table.module.css';

export interface Column<Row> {
  /** The class in the style sheet, and the field that the server sorts by. */
  readonly id: string;
  readonly header?: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  readonly isSortable?: boolean;
}

/** The order of the rows, as the server takes it: `lastName`, `-lastLoginAt`, … */
interface Sorting {
  readonly sort?: string;
  readonly onSort?: (sort: string) => void;
}

interface Props<Row> extends Sorting {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly idOf: (row: Row) => string;
  readonly selected?: ReadonlySet<string>;
  /** The name of the table for screen readers. */
  readonly label: string;
  /** Whether rows are as high as their content needs; otherwise all have the same height. */
  readonly hasTallRows?: boolean;
  readonly list: ListQuery;
  /** How many rows there are, loaded or not, if that is known. */
  readonly total?: number | undefined;
  readonly place?: ListPlace;
}

/** The next page is loaded when this many rows are left. */
const prefetchRows = 40;

/**
 * Shows a table of any length. Only the visible rows are in the DOM; `list` is the query that loads further pages when
 * somebody scrolls. The first load shows skeletons; while other rows are loading, the old ones are dimmed and inert.
 */
export function ListTable<Row>(props: Props<Row>) {
  const { columns, rows, idOf, selected, label, list, total, place, hasTallRows, ...sorting } = props;
  const { t } = useTranslation();
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isPending, isPlaceholderData } = list;
  const { scroller, onScroll } = useListPlace(place, list, rows.length);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 8,
    initialOffset: place?.initialOffset ?? 0,
  });
  const visibleRows = virtualizer.getVirtualItems();
  const last = visibleRows.at(-1)?.index ?? -1;
  const wantsMore = hasNextPage && !isFetchingNextPage && !isPlaceholderData && last >= rows.length - prefetchRows;
  useEffect(() => {
    if (wantsMore) void fetchNextPage({ cancelRefetch: false });
  }, [wantsMore, fetchNextPage]);
  const rowCount = hasNextPage ? total : rows.length;

  return (
    <div className={classes['frame']}>
      <div className={classes['scroller']} ref={scroller} onScroll={onScroll}>
        <Table
          className={classes['table']}
          data-tall-rows={hasTallRows || undefined}
          stickyHeader
          highlightOnHover
          aria-label={label}
          aria-rowcount={rowCount === undefined ? -1 : rowCount + 1}
          aria-busy={isPending || isPlaceholderData}
        >
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <ColumnHeading key={column.id} {...column} {...sorting} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className={classes['rows']} inert={isPlaceholderData}>
            {(isPending || (isPlaceholderData && rows.length === 0)) && <SkeletonRows columns={columns} />}
            <SpacerRow height={visibleRows[0]?.start ?? 0} />
            {visibleRows.map(({ index }) => {
              const row = rows[index]!;
              const id = idOf(row);
              return (
                <Table.Tr
                  key={id}
                  className={classes['row']}
                  aria-rowindex={index + 2}
                  {...(hasTallRows && { ref: virtualizer.measureElement, 'data-index': index })}
                  data-selected={selected?.has(id) || undefined}
                >
                  {columns.map((column) => (
                    <Table.Td key={column.id} className={classes[column.id]}>
                      {column.cell(row)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              );
            })}
            <SpacerRow height={virtualizer.getTotalSize() - (visibleRows.at(-1)?.end ?? 0)} />
          </Table.Tbody>
        </Table>
        {isFetchingNextPage && (
          <div className={classes['more']} role="status">
            <Loader size="sm" aria-hidden />
            <VisuallyHidden>{t('common.loading')}</VisuallyHidden>
          </div>
        )}
      </div>
      <SlowNotice className={classes['slow']} isBusy={isPending || isPlaceholderData || isFetchingNextPage} />
    </div>
  );
}

function ColumnHeading({
  id,
  header,
  isSortable,
  sort,
  onSort,
}: Pick<Column<never>, 'id' | 'header' | 'isSortable'> & Sorting) {
  const sorted = sort === id ? 'ascending' : sort === `-${id}` ? 'descending' : undefined;
  const Arrow = sorted === 'ascending' ? UpIcon : sorted === 'descending' ? DownIcon : UnsortedIcon;
  return (
    <Table.Th className={classes[id]} aria-sort={sorted}>
      {isSortable ? (
        <UnstyledButton className={classes['sort']} onClick={() => onSort?.(sorted === 'ascending' ? `-${id}` : id)}>
          {header}
          <Arrow />
        </UnstyledButton>
      ) : (
        header
      )}
    </Table.Th>
  );
}

/** Takes the height of the rows that are not in the DOM. */
const SpacerRow = ({ height }: { height: number }) =>
  height > 0 && (
    <tr aria-hidden>
      <td style={{ height, padding: 0 }} />
    </tr>
  );
