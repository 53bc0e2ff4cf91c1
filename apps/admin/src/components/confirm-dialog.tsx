import type { ReactNode } from 'react';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useReturnFocus } from './return-focus';
import { ProblemAlert } from './problems';

interface Props {
  readonly title: string;
  /** Describes the consequences. */
  readonly text: string;
  /** The label of the button that confirms. */
  readonly submitLabel: string;
  /** The label of the button that does not; absent: "Cancel". */
  readonly cancelLabel?: string;
  /** Set if the dialog is above another one. */
  readonly zIndex?: number;
  readonly mutation: { readonly isPending: boolean; readonly error: Error | null; readonly mutate: () => void };
  readonly onClose: () => void;
  /** Further choices. */
  readonly children?: ReactNode;
}

/** A dialog that asks for confirmation, for example before something is removed, and then runs `mutation`. */
export function ConfirmDialog({
  title,
  text,
  submitLabel,
  cancelLabel,
  zIndex = 200,
  mutation,
  onClose,
  children,
}: Props) {
  const { t } = useTranslation();
  useReturnFocus();
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      zIndex={zIndex}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <Text size="sm">{text}</Text>
        {children}
        <ProblemAlert error={mutation.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {cancelLabel ?? t('common.cancel')}
          </Button>
          <Button color="red" onClick={() => mutation.mutate()} loading={mutation.isPending}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
