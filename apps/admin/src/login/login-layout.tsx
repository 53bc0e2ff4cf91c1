import type { ReactNode } from 'react';
import { Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { AppearanceMenu, LanguageMenu } from '../layout/preference-menus';

/** The layout of the pages before the login. */
export function LoginLayout({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Center mih="100dvh" p="md" component="main">
      <title>{`${title} · Rollbook`}</title>
      <Stack w="100%" maw={420}>
        <Group justify="space-between">
          <Text fw={700}>Rollbook</Text>
          <Group gap={4}>
            <LanguageMenu />
            <AppearanceMenu />
          </Group>
        </Group>
        <Paper withBorder p="lg">
          <Stack>
            <Title order={1} size="h3">
              {title}
            </Title>
            {children}
          </Stack>
        </Paper>
      </Stack>
    </Center>
  );
}
