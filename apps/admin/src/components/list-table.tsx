import { useEffect, useRef, type ReactNode } from 'react';
import { Loader, Table, UnstyledButton, VisuallyHidden } from '@mantine/core';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useTranslation } from 'react-i18next';
import { DownIcon, UnsortedIcon, UpIcon } from './icons';
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
  readonly list: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
}

/** The height of a row in pixels, as in the style sheet. */
const rowHeightPx = 56;
/** The next page is loaded when this many rows are left. */
const prefetchRows = 40;

/** Shows a table of any length. Only the visible rows are in the DOM; `list` is the query that loads further pages when somebody scrolls. */
export function ListTable<Row>({ columns, rows, idOf, selected, label, list, hasTallRows, ...sorting }: Props<Row>) {
  const { t } = useTranslation();
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 8,
  });
  const visibleRows = virtualizer.getVirtualItems();
  const last = visibleRows.at(-1)?.index ?? -1;
  const wantsMore = hasNextPage && !isFetchingNextPage && last >= rows.length - prefetchRows;
  useEffect(() => {
    if (wantsMore) void fetchNextPage();
  }, [wantsMore, fetchNextPage]);

  return (
    <div className={classes['scroller']} ref={scroller}>
      <Table
        className={classes['table']}
        data-tall-rows={hasTallRows || undefined}
        stickyHeader
        highlightOnHover
        aria-label={label}
        aria-rowcount={hasNextPage ? -1 : rows.length + 1}
      >
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <ColumnHeading key={column.id} {...column} {...sorting} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
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
