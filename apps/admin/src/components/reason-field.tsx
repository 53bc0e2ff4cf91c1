import { Textarea, type TextareaProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Why somebody does something: optional, for auditors. */
export function ReasonField(props: TextareaProps) {
  const { t } = useTranslation();
  return (
    <Textarea
      label={t('act.reason')}
      description={t('act.reasonHint')}
      maxLength={500}
      autosize
      minRows={2}
      {...props}
    />
  );
}

/** The field of a request: a reason is one line, and left out where none was given. */
export function toReasonField(text: string): { reason?: string } {
  const reason = text.replaceAll(/\s+/g, ' ').trim();
  return reason ? { reason } : {};
}
