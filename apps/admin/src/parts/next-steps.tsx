import { Button, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { actOf, useStartAct } from '../acts/act';
import { take, type Schemas } from '../api/client';
import { mend } from '../api/mend';
import { ButtonLink } from './links';
import { ProblemAlert } from './problems';
import { tell } from './tell';

type Step = Schemas['ActionLink'];

/** The steps that would work, as buttons: what a refusal offers is one click away. */
export function NextSteps({ steps = [], ...rest }: { steps: readonly Step[] | undefined } & Omit<Props, 'step'>) {
  if (!steps.length) return null;
  return (
    <Group gap="xs">
      {steps.map((step) => (
        <NextStep key={step.href} step={step} {...rest} />
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

function NextStep({ step, name, onDone }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const startAct = useStartAct();
  const { accountId, userId } = about(step);
  const taking = useMutation({
    mutationFn: () => take(step),
    onSuccess: async () => {
      tell(t('step.done'));
      await mend(queryClient, accountId, [userId]);
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
