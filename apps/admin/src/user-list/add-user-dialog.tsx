import { useState } from 'react';
import { Box, SegmentedControl, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../components/form-dialog';
import { AddManyForm } from './add-many-form';
import { AddOneForm } from './add-one-form';
import { useAddPeople } from './use-add-people';
import { useAddUserForm } from './use-add-user-form';

const modes = ['one', 'many'] as const;

/** The dialog that adds users to the account, one by one or several pasted lines of people. */
export function AddUserDialog({ accountId, onClose }: { accountId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<(typeof modes)[number]>('one');
  const [lines, setLines] = useState('');
  const one = useAddUserForm(accountId);
  const many = useAddPeople(accountId);
  const pasteLines = (text: string) => {
    setLines(text);
    setMode('many');
  };
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('addUser.title')}
      size={mode === 'one' ? 'lg' : '60rem'}
      isTyped={() => one.form.isDirty() || (lines.trim() !== '' && !many.isComplete)}
      isBusy={many.isRunning}
    >
      {(requestClose) => (
        <Stack>
          <SegmentedControl
            aria-label={t('addUser.title')}
            value={mode}
            onChange={(value) => setMode(value)}
            disabled={many.isRunning}
            data={modes.map((value) => ({ value, label: t(`addUser.${value}`) }))}
          />
          {/* Both stay, so that what was typed does, too. */}
          <Box hidden={mode !== 'one'}>
            <AddOneForm {...one} onPasteLines={pasteLines} onCancel={requestClose} onClose={onClose} />
          </Box>
          {mode === 'many' && (
            <AddManyForm lines={lines} onLines={setLines} adding={many} onCancel={requestClose} onClose={onClose} />
          )}
        </Stack>
      )}
    </FormDialog>
  );
}
