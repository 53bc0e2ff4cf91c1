import { List, Text, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';
import { useFormatFieldValue } from './field-values';
import { useFieldName } from './names';

/** Before → after of each field that an event changed. */
export function FieldChanges({ changes }: Pick<AuditItem, 'changes'>) {
  const { t } = useTranslation();
  const fieldName = useFieldName();
  const value = useFormatFieldValue();
  return (
    <List size="sm" listStyleType="none" spacing={2}>
      {changes.map(({ field, before, after }) => {
        const was = value(field, before);
        return (
          <List.Item key={field}>
            <Text span size="sm" c="dimmed">
              {fieldName(field)}:
            </Text>{' '}
            {was && (
              <>
                <Text span size="sm" c="dimmed" td="line-through">
                  {was}
                </Text>
                <span aria-hidden> → </span>
                <VisuallyHidden>{t('history.becomes')}</VisuallyHidden>
              </>
            )}{' '}
            {value(field, after) ?? t('common.none')}
          </List.Item>
        );
      })}
    </List>
  );
}
