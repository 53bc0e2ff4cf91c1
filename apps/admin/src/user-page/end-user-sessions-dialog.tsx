import { useState } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api } from '../api/client';
import { refreshUsers } from '../api/refresh-users';
import { ConfirmDialog } from '../components/confirm-dialog';
import { useDateFormats } from '../components/date-time';
import { notify } from '../components/notify';
import { ReasonField, toReasonField } from '../components/reason-field';
import type { Session } from '../components/session-lines';

interface Props {
  readonly accountId: string;
  readonly userId: string;
  readonly name: string;
  /** The session to end. Default: all. */
  readonly session?: Session;
  readonly onClose: () => void;
}

/** The dialog that ends one or all sessions of a user, with a reason. */
export function EndUserSessionsDialog({ accountId, userId, name, session, onClose }: Props) {
  const { t } = useTranslation();
  const { time } = useDateFormats();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  const ending = useMutation({
    mutationFn: () => {
      const body = toReasonField(reason);
      const path = { accountId, userId };
      return unwrapResponse(
        session
          ? api.DELETE('/api/v1/accounts/{accountId}/users/{userId}/sessions/{sessionId}', {
              params: { path: { ...path, sessionId: session.id } },
              body,
            })
          : api.DELETE('/api/v1/accounts/{accountId}/users/{userId}/sessions', { params: { path }, body }),
      );
    },
    onSuccess: () => {
      notify(t('userSessions.ended', { name }));
      onClose();
    },
    onSettled: () => refreshUsers(queryClient, accountId, [userId]),
  });
  return (
    <ConfirmDialog
      title={session ? t('profile.endOf', { date: time(session.startedAt) }) : t('userSessions.endAllOf', { name })}
      text={t('userSessions.endWhat')}
      submitLabel={session ? t('profile.end') : t('profile.endAll')}
      mutation={ending}
      onClose={onClose}
    >
      <ReasonField value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
    </ConfirmDialog>
  );
}
