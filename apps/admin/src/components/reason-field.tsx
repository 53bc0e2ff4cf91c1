import { Textarea, type TextareaProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Asks for the reason of an action, which is optional. */
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

/** Returns the `reason` field of a request: the text as one line, or no field for an empty text. */
export function toReasonField(text: string): { reason?: string } {
  const reason = text.replaceAll(/\s+/g, ' ').trim();
  return reason ? { reason } : {};
}
