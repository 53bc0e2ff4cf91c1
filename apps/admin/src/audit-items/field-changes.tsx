import { List, Text, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';
import { useFormatFieldValue } from './field-values';
import { useFieldName } from './names';

/** Lists the fields that an event changed, each with its value before and after. */
export function FieldChanges({ changes }: Pick<AuditItem, 'changes'>) {
  const { t } = useTranslation();
  const fieldName = useFieldName();
  const formatValue = useFormatFieldValue();
  return (
    <List size="sm" listStyleType="none" spacing={2}>
      {changes.map(({ field, before, after }) => {
        const formatted = formatValue(field, before);
        return (
          <List.Item key={field}>
            <Text span size="sm" c="dimmed">
              {fieldName(field)}:
            </Text>{' '}
            {formatted && (
              <>
                <Text span size="sm" c="dimmed" td="line-through">
                  {formatted}
                </Text>
                <span aria-hidden> → </span>
                <VisuallyHidden>{t('history.becomes')}</VisuallyHidden>
              </>
            )}{' '}
            {formatValue(field, after) ?? t('common.none')}
          </List.Item>
        );
      })}
    </List>
  );
}
