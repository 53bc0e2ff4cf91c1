import { List, Text, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';
import { useFormatFieldValue } from './field-values';
import { useFieldName } from './names';

/** Lists the fields that an event changed, each with its value before and after. */
export function FieldChanges({ changes }: Pick<AuditItem, 'changes'>) {
  return (
    <List size="sm" listStyleType="none" spacing={2}>
      {changes.map((change) => (
        <List.Item key={change.field}>
          <FieldChange change={change} />
        </List.Item>
      ))}
    </List>
  );
}

/** Shows a field that an event changed, with its value before and after. */
export function FieldChange({ change: { field, before, after } }: { change: AuditItem['changes'][number] }) {
  const { t } = useTranslation();
  const fieldName = useFieldName();
  const formatValue = useFormatFieldValue();
  const formatted = formatValue(field, before);
  return (
    <>
      <Text span inherit c="dimmed">
        {fieldName(field)}:
      </Text>{' '}
      {formatted && (
        <>
          <Text span inherit c="dimmed" td="line-through">
            {formatted}
          </Text>
          <span aria-hidden> → </span>
          <VisuallyHidden>{t('history.becomes')}</VisuallyHidden>
        </>
      )}{' '}
      {formatValue(field, after) ?? t('common.none')}
    </>
  );
}
