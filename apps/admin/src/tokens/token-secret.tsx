import { Alert, Button, CopyButton, Group, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Shows a new token's secret, which is shown only once. */
export function TokenSecret({ token, onClose }: { token: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Alert variant="light" role="status">
        {t('tokens.secretOnce')}
      </Alert>
      <Group gap="xs" align="flex-end">
        <TextInput
          flex={1}
          miw={180}
          label={t('history.token')}
          value={token}
          readOnly
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          // Without https, browsers do not let a button copy: the text is selected, to be copied by hand.
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        <CopyButton value={token} timeout={3_000}>
          {({ copied, copy }) => (
            <Button variant="light" onClick={copy} aria-live="polite">
              {copied ? t('tokens.copied') : t('tokens.copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('common.close')}
        </Button>
      </Group>
    </Stack>
  );
}
