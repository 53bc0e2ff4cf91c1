import type { ReactNode } from 'react';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFocusBack } from './focus-back';
import { ProblemAlert } from './problems';

interface Props {
  readonly title: string;
  /** What will come of it. */
  readonly what: string;
  /** What the button says that does it. */
  readonly submit: string;
  readonly doing: { readonly isPending: boolean; readonly error: Error | null; readonly mutate: () => void };
  readonly onClose: () => void;
  /** What else there is to be chosen. */
  readonly children?: ReactNode;
}

/** Asks once more before something ends. */
export function Confirm({ title, what, submit, doing, onClose, children }: Props) {
  const { t } = useTranslation();
  useFocusBack();
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <Stack>
        <Text size="sm">{what}</Text>
        {children}
        <ProblemAlert error={doing.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button color="red" onClick={doing.mutate} loading={doing.isPending}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
