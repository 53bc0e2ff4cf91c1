import { Alert, Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ReactNode } from 'react';
import { Problem } from '../api/problem';

interface ProblemBody {
  readonly code?: string;
  readonly detail?: string;
  readonly seconds?: number;
}

/** Returns a function that gives the text of a refusal in the reader's language, by its code; for an unknown code, the server's own text. */
export function useProblemText(): (problem: ProblemBody | Error) => string {
  const { t } = useTranslation();
  // The server gives the codes, so the compiler cannot check the keys.
  const translate = t as unknown as (key: string, options: object) => string;
  return (problem) => {
    if (problem instanceof Problem) {
      const { code, message, retryAfter } = problem;
      return translate(`problem.${code}`, { defaultValue: message || t('common.failed'), seconds: retryAfter ?? 60 });
    }
    if (problem instanceof Error) return t('common.unreachable');
    return translate(`problem.${problem.code}`, {
      defaultValue: problem.detail ?? t('common.failed'),
      seconds: problem.seconds ?? 60,
    });
  };
}

/** Shows an error: `text`, or else the text of its code; `children` below it. */
export function ProblemAlert({
  error,
  text,
  children,
}: {
  error: Error | null;
  text?: string | false;
  children?: ReactNode;
}) {
  const problemText = useProblemText();
  if (!error) return null;
  return (
    <Alert color="red" variant="light" role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{text || problemText(error)}</Text>
        {children}
      </Stack>
    </Alert>
  );
}

/** Shows why a part of the page could not be loaded, with a button to retry. */
export function LoadError({ error, onRetry }: { error: Error; onRetry: () => unknown }) {
  const { t } = useTranslation();
  return (
    <ProblemAlert error={error}>
      <Button size="xs" variant="default" onClick={() => void onRetry()}>
        {t('common.tryAgain')}
      </Button>
    </ProblemAlert>
  );
}

/** Returns the texts of a `Problem` about single fields, by the name of the form field; none for other errors. */
export const toFieldErrors = (error: Error): Record<string, string> =>
  error instanceof Problem ? Object.fromEntries(error.errors.map(({ field, message }) => [field, message])) : {};
