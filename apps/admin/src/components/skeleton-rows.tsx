import { Skeleton, Table } from '@mantine/core';
import classes from './list-table.module.css';

/** Shows grey bars where the rows of a table will be. Screen readers skip them; the table says that it is busy. */
export function SkeletonRows({ columns }: { columns: readonly { readonly id: string }[] }) {
  return [0.9, 0.6, 0.75, 0.8, 0.5, 0.7, 0.85, 0.65].map((width) => (
    <Table.Tr key={width} className={classes['row']} aria-hidden>
      {columns.map(({ id }) => (
        <Table.Td key={id} className={classes[id]}>
          <Skeleton height={12} width={`${width * 100}%`} />
        </Table.Td>
      ))}
    </Table.Tr>
  ));
}
