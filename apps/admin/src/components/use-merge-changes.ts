import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { useFormatFieldValue } from '../audit-items/field-values';

/**
 * Returns a function that merges somebody else's changes into a form. `before` has the values that the form was filled with,
 * `latest` the values now. Typed fields stay, with a warning if both changed them; all others take the latest values.
 */
export function useMergeChanges() {
  const { t } = useTranslation();
  const formatValue = useFormatFieldValue();
  return <Values extends object>(
    form: Pick<UseFormReturnType<Values>, 'getValues' | 'setValues' | 'setErrors'>,
    before: Partial<Values>,
    latest: Partial<Values>,
  ): void => {
    const typed = form.getValues();
    const edited = (Object.keys(latest) as (keyof Values & string)[]).filter((field) => typed[field] !== before[field]);
    const conflicts = edited.filter((field) => latest[field] !== before[field] && latest[field] !== typed[field]);
    form.setValues({ ...latest, ...Object.fromEntries(edited.map((field) => [field, typed[field]])) });
    form.setErrors(
      Object.fromEntries(
        conflicts.map((field) => [
          field,
          t('userPage.theirs', { value: formatValue(field, latest[field]) ?? t('common.none') }),
        ]),
      ),
    );
  };
}
