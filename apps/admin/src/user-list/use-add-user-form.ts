import { isEmail, useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { refreshUsers } from '../api/refresh-users';
import { createCountryCheck, createPersonChecks, type PersonValues } from '../components/person-fields';

/** The fields of the form that adds one user. */
export interface AddUserValues extends PersonValues {
  email: string;
  entitlementCountry: string | null;
}

const emptyFields: AddUserValues = {
  email: '',
  firstName: '',
  lastName: '',
  country: '',
  language: null,
  entitlementCountry: '',
};

/** Returns the form that adds one user, and the mutation that sends it. */
export function useAddUserForm(accountId: string) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const adding = useMutation({
    mutationFn: (body: Schemas['AddUser']) =>
      unwrapResponse(api.POST('/api/v1/accounts/{accountId}/users', { params: { path: { accountId } }, body })),
    onSuccess: ({ userId }) => refreshUsers(queryClient, accountId, [userId]),
  });
  // A refusal is about the fields as they were sent: it disappears when one changes.
  const clearRefusal = () => adding.isError && adding.reset();
  const form = useForm<AddUserValues>({
    mode: 'uncontrolled',
    initialValues: emptyFields,
    onValuesChange: clearRefusal,
    validate: {
      email: isEmail(t('common.emailNeeded')),
      ...createPersonChecks(t),
      entitlementCountry: createCountryCheck(t),
    },
    transformValues: (values) =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, ((value as string | null) ?? '').trim()]),
      ) as unknown as AddUserValues,
  });
  /** Empties the form for the next user; who is added together often has the same countries and language. */
  const startNext = ({ country, language, entitlementCountry }: AddUserValues) => {
    form.setInitialValues({ ...emptyFields, country, language, entitlementCountry });
    form.reset();
  };
  return { form, adding, clearRefusal, startNext };
}

/** Returns the fields without the empty ones. */
export const toRequestBody = (fields: AddUserValues): Schemas['AddUser'] =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')) as unknown as Schemas['AddUser'];
