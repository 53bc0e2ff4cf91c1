import { Button, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { actOf, useStartAction } from '../user-actions/user-actions';
import { followActionLink, type Schemas } from '../api/client';
import { refreshUsers } from '../api/refresh-users';
import { ButtonLink } from './links';
import { ProblemAlert } from './problems';
import { notify } from './notify';

type Step = Schemas['ActionLink'];

/** The steps that would work, as buttons: what a refusal offers is one click away. */
export function SuggestedActions({
  steps = [],
  ...rest
}: { steps: readonly Step[] | undefined } & Omit<Props, 'step'>) {
  if (!steps.length) return null;
  return (
    <Group gap="xs">
      {steps.map((step) => (
        <SuggestedActionButton key={step.href} step={step} {...rest} />
      ))}
    </Group>
  );
}

interface Props {
  readonly step: Step;
  /** Whom it is about. */
  readonly name: string;
  /** The step was taken, or leads elsewhere. */
  readonly onDone: () => void;
}

function SuggestedActionButton({ step, name, onDone }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const startAct = useStartAction();
  const { accountId, userId } = about(step);
  const taking = useMutation({
    mutationFn: () => followActionLink(step),
    onSuccess: async () => {
      notify(t('step.done'));
      await refreshUsers(queryClient, accountId, [userId]);
      onDone();
    },
  });
  const label = (t as unknown as (key: string, options: object) => string)(`step.${step.action}`, {
    defaultValue: step.action,
  });
  if (step.method === 'GET') {
    return (
      <ButtonLink
        to="/accounts/$accountId/users/$userId"
        params={{ accountId, userId }}
        size="xs"
        variant="light"
        onClick={onDone}
      >
        {label}
      </ButtonLink>
    );
  }
  const act = actOf[step.action];
  if (act) {
    const start = () => {
      onDone();
      startAct(act, [{ userId, name }]);
    };
    return (
      <Button size="xs" variant="light" onClick={start}>
        {label}
      </Button>
    );
  }
  return (
    <>
      <Button size="xs" variant="light" loading={taking.isPending} onClick={() => taking.mutate()}>
        {label}
      </Button>
      <ProblemAlert error={taking.error} />
    </>
  );
}

/** Whom a step is about, from its address. */
function about({ href }: Step): { accountId: string; userId: string } {
  const [, accountId = '', userId = ''] = /\/accounts\/([^/]+)\/users\/([^/]+)/.exec(href) ?? [];
  return { accountId, userId };
}
