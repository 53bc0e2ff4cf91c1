import { Alert, Anchor, Button, Code, CopyButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Shows a new token's secret, which is shown only once, and how to use it. */
export function TokenSecret({ token, onClose }: { token: string; onClose: () => void }) {
  const { t } = useTranslation();
  const sample = `curl -H 'Authorization: Bearer ${token}' ${window.location.origin}/api/v1/me`;
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
        <CopyTextButton text={token} label={t('tokens.copy')} />
      </Group>
      <Stack gap={6}>
        <Text size="sm">{t('tokens.tryIt')}</Text>
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }} tabIndex={0}>
          {sample}
        </Code>
        <Group gap="sm">
          <CopyTextButton text={sample} label={t('tokens.copySample')} />
          <Anchor href="/api/docs" target="_blank" rel="noreferrer" size="sm">
            {t('tokens.apiDocs')}
          </Anchor>
        </Group>
      </Stack>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('common.close')}
        </Button>
      </Group>
    </Stack>
  );
}

function CopyTextButton({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={text} timeout={3_000}>
      {({ copied, copy }) => (
        <Button variant="light" onClick={copy} aria-live="polite">
          {copied ? t('tokens.copied') : label}
        </Button>
      )}
    </CopyButton>
  );
}
