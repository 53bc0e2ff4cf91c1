import { Alert, Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ReactNode } from 'react';
import { Problem } from '../api/problem';

interface ProblemBody {
  readonly code?: string;
  readonly detail?: string;
  readonly seconds?: number;
}

/** Says a refusal in the reader's language, by its code; one that is new to this page in the server's own words. */
export function useProblemText(): (problem: ProblemBody | Error) => string {
  const { t } = useTranslation();
  // Codes come from outside, so the keys can't be checked.
  const look = t as unknown as (key: string, options: object) => string;
  return (problem) => {
    if (problem instanceof Problem) {
      const { code, message, retryAfter } = problem;
      return look(`problem.${code}`, { defaultValue: message || t('common.failed'), seconds: retryAfter ?? 60 });
    }
    if (problem instanceof Error) return t('common.unreachable');
    return look(`problem.${problem.code}`, {
      defaultValue: problem.detail ?? t('common.failed'),
      seconds: problem.seconds ?? 60,
    });
  };
}

/** What was refused and why, with what can be done about it; `says` is what fits better here than the words for the code. */
export function ProblemAlert({
  error,
  says,
  children,
}: {
  error: Error | null;
  says?: string | false;
  children?: ReactNode;
}) {
  const text = useProblemText();
  if (!error) return null;
  return (
    <Alert color="red" variant="light" role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{says || text(error)}</Text>
        {children}
      </Stack>
    </Alert>
  );
}

/** A part of the page that could not be read. */
export function LoadError({ error, again }: { error: Error; again: () => unknown }) {
  const { t } = useTranslation();
  return (
    <ProblemAlert error={error}>
      <Button size="xs" variant="default" onClick={() => void again()}>
        {t('common.tryAgain')}
      </Button>
    </ProblemAlert>
  );
}

/** Errors by field, as a form shows them. */
export const toFieldErrors = (error: Error): Record<string, string> =>
  error instanceof Problem ? Object.fromEntries(error.errors.map(({ field, message }) => [field, message])) : {};
