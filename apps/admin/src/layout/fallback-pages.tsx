import { Button, Center, Container, Loader, Stack, Text, Title } from '@mantine/core';
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { AnchorLink } from '../components/links';
import { ProblemAlert } from '../components/problems';

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

/** Shown for a page that failed or could not be loaded. */
export function ErrorPage({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
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
