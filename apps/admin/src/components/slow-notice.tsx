import { useEffect, useState } from 'react';
import { Paper, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** The milliseconds after which a request is called slow. */
const slowAfterMs = 5_000;

/** Returns whether something has been busy for more than five seconds. */
function useIsSlow(isBusy: boolean): boolean {
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    if (!isBusy) return undefined;
    const timer = setTimeout(() => setIsSlow(true), slowAfterMs);
    return () => {
      clearTimeout(timer);
      setIsSlow(false);
    };
  }, [isBusy]);
  return isSlow;
}

/** Shows a notice, also for screen readers, when a request has not been answered for some seconds. Empty before. */
export function SlowNotice({ isBusy, className }: { isBusy: boolean; className?: string | undefined }) {
  const { t } = useTranslation();
  const isSlow = useIsSlow(isBusy);
  return (
    <div role="status" className={className}>
      {isSlow && (
        <Paper withBorder shadow="sm" px="md" py="xs">
          <Text size="sm">{t('list.slow')}</Text>
        </Paper>
      )}
    </div>
  );
}
