import { useEffect } from 'react';
import { Button, Center, Container, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem';
import { useCodeRetry } from '../components/lazy-code';
import { AnchorLink } from '../components/links';
import { ProblemAlert } from '../components/problems';

/** Milliseconds between two attempts to load a page that failed because the server is away. */
const retryIntervalMs = 3_000;

/** Shown while a page is loading. */
export function LoadingPage() {
  const { t } = useTranslation();
  return (
    <Center h="60vh" role="status">
      <Loader aria-hidden />
      <Text ml="sm">{t('common.loading')}</Text>
    </Center>
  );
}

/** Shown for a path that has no page. */
export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Container size="xs" py="xl" component="main">
      <Title order={1} size="h3">
        {t('common.notFound')}
      </Title>
      <AnchorLink to="/">{t('common.home')}</AnchorLink>
    </Container>
  );
}

/** Shown for a page that failed. Tries again by itself while the server does not answer. */
export function ErrorPage({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const isServerAway = !(error instanceof Problem) || error.status >= 500;
  useEffect(() => {
    if (!isServerAway) return undefined;
    const timer = setInterval(() => void router.invalidate(), retryIntervalMs);
    return () => clearInterval(timer);
  }, [isServerAway, router]);
  return (
    <Container size="xs" py="xl" component="main">
      <Stack>
        <Title order={1} size="h3">
          {t('common.failed')}
        </Title>
        <ProblemAlert error={error as Error} />
        <Button onClick={() => void router.invalidate()}>{t('common.tryAgain')}</Button>
      </Stack>
    </Container>
  );
}

/** Shown for a page whose code could not be loaded, until it can be. */
export function CodeLoadPage({ load, onLoaded }: { load: () => Promise<unknown>; onLoaded: () => void }) {
  const { t } = useTranslation();
  const { tryAgain, isTrying, isReplaced } = useCodeRetry(load, onLoaded, true);
  return (
    <Container size="xs" py="xl">
      <Stack role="alert">
        <Title order={1} size="h3">
          {t('common.failed')}
        </Title>
        <Text>{isReplaced ? t('common.partReplaced') : t('common.pageNotLoaded')}</Text>
        <Group>
          <Button onClick={tryAgain} loading={isTrying}>
            {t('common.tryAgain')}
          </Button>
          <Button variant="default" onClick={() => window.location.reload()}>
            {t('common.reload')}
          </Button>
        </Group>
      </Stack>
    </Container>
  );
}
