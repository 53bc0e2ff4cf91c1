import { useState, type ReactNode } from 'react';
import { Modal, type ModalProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from './confirm-dialog';

interface Props extends Pick<ModalProps, 'title' | 'size' | 'opened' | 'onExitTransitionEnd'> {
  /** Returns whether something was typed that closing would lose. */
  readonly isTyped: () => boolean;
  /** Keeps the dialog open, because what it started is still running. */
  readonly isBusy?: boolean;
  readonly onClose: () => void;
  /** Returns the content. `requestClose` closes the dialog as its other ways out do, for a button to cancel. */
  readonly children: (requestClose: () => void) => ReactNode;
}

/** A dialog with a form. It asks before it closes and loses what was typed, whether by Escape, a click outside, or a button. */
export function FormDialog({ isTyped, isBusy = false, onClose, children, ...rest }: Props) {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const requestClose = () => {
    if (isBusy) return;
    if (isTyped()) setAsking(true);
    else onClose();
  };
  return (
    <>
      <Modal
        {...rest}
        onClose={requestClose}
        closeOnEscape={!isAsking}
        trapFocus={!isAsking}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        {children(requestClose)}
      </Modal>
      {isAsking && (
        <ConfirmDialog
          title={t('common.discardTitle')}
          text={t('common.discardText')}
          submitLabel={t('common.discard')}
          cancelLabel={t('common.keepEditing')}
          zIndex={250}
          mutation={{ isPending: false, error: null, mutate: onClose }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
