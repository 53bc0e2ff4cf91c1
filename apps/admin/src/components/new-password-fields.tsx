import { useTranslation } from 'react-i18next';
import { PasswordField } from './password-field';

type FieldName = 'password' | 'again';

interface Props {
  /** A form of Mantine with these two fields. */
  readonly form: {
    readonly key: (name: FieldName) => string;
    readonly getInputProps: (name: FieldName) => object;
  };
  readonly autoFocus?: boolean;
}

/** Asks for a new password twice. */
export function NewPasswordFields({ form, autoFocus = false }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <PasswordField
        label={t('setPassword.password')}
        description={t('setPassword.rules')}
        autoComplete="new-password"
        required
        autoFocus={autoFocus}
        key={form.key('password')}
        {...form.getInputProps('password')}
      />
      <PasswordField
        label={t('setPassword.again')}
        autoComplete="new-password"
        required
        key={form.key('again')}
        {...form.getInputProps('again')}
      />
    </>
  );
}
