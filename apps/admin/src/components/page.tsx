import type { ReactNode } from 'react';
import { Group, Stack, Title } from '@mantine/core';
import classes from './page.module.css';

/** Shows a page with its title, with `aside` beside the title, and with the content below, which fills the window. */
export function Page({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <Stack gap="md" flex={1} mih={0}>
      <title>{`${title} · Rollbook`}</title>
      <Group justify="space-between" wrap="wrap" gap="xs">
        <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
          {title}
        </Title>
        {aside && <div className={classes['aside']}>{aside}</div>}
      </Group>
      {children}
    </Stack>
  );
}
