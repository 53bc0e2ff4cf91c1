import { ActionIcon, Code, CopyButton, Group, Tooltip, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CopiedIcon, CopyIcon } from './icons';

/** Shows an id with a button that copies it. `label` says what the id is of and names the button, for example "User id". */
export function CopyId({ id, label }: { id: string; label: string }) {
  return (
    <Group gap={4} wrap="nowrap" display="inline-flex" maw="100%" style={{ verticalAlign: 'middle' }}>
      {/* One click selects the whole id, to be copied by hand. */}
      <Code style={{ overflowWrap: 'anywhere', userSelect: 'all' }}>{id}</Code>
      {/* Browsers let a page copy with https or on loopback only. */}
      {window.isSecureContext && <CopyIconButton text={id} label={label} />}
    </Group>
  );
}

function CopyIconButton({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const copyLabel = t('copyId.copy', { label });
  return (
    <CopyButton value={text} timeout={3_000}>
      {({ copied, copy }) => (
        <>
          <Tooltip label={copied ? t('copyId.copied') : copyLabel}>
            <ActionIcon
              variant="subtle"
              color={copied ? 'teal' : 'gray'}
              size="sm"
              aria-label={copyLabel}
              onClick={copy}
            >
              {copied ? <CopiedIcon /> : <CopyIcon />}
            </ActionIcon>
          </Tooltip>
          <VisuallyHidden role="status">{copied && t('copyId.copied')}</VisuallyHidden>
        </>
      )}
    </CopyButton>
  );
}
