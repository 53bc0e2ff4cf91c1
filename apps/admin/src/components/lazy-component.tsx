import { Suspense, useState, type ComponentType } from 'react';
import { Button, Group, Paper, Portal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CodeLoadBoundary } from './code-load-boundary';
import { createLazyCode, useCodeRetry } from './lazy-code';
import { useReturnFocus } from './return-focus';

/**
 * Returns a component whose code is loaded when it is first shown, so that the first load of the page stays small. Used for
 * dialogs: when it is removed, the focus returns to where it was. If the code cannot be loaded, the page stays and offers to
 * try again; a dialog (a component with `onClose`) can also be given up.
 */
export function lazyComponent<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const code = createLazyCode(load);
  return function LazyComponent(props) {
    useReturnFocus();
    const [Loaded, setLoaded] = useState(code.current);
    const { onClose } = props as { onClose?: () => void };
    return (
      <CodeLoadBoundary
        fallback={(retry) => (
          <CodeLoadAlert
            load={code.load}
            onLoaded={() => {
              setLoaded(code.current);
              retry();
            }}
            onClose={onClose}
          />
        )}
      >
        <Suspense fallback={null}>
          <Loaded {...props} />
        </Suspense>
      </CodeLoadBoundary>
    );
  };
}

interface AlertProps {
  readonly load: () => Promise<unknown>;
  readonly onLoaded: () => void;
  readonly onClose: (() => void) | undefined;
}

/** Says that a part of the page could not be loaded, in a corner of the page, which stays as it is. */
function CodeLoadAlert({ load, onLoaded, onClose }: AlertProps) {
  const { t } = useTranslation();
  const { tryAgain, isTrying, isReplaced } = useCodeRetry(load, onLoaded);
  return (
    <Portal>
      <Paper
        withBorder
        shadow="md"
        p="md"
        role="alert"
        pos="fixed"
        bottom={16}
        left={16}
        right={16}
        maw={480}
        mx="auto"
        style={{ zIndex: 250 }}
        onKeyDown={({ key }) => key === 'Escape' && onClose?.()}
      >
        <Stack gap="xs">
          <Text size="sm">{isReplaced ? t('common.partReplaced') : t('common.partNotLoaded')}</Text>
          <Group gap="xs">
            {/* Gets the focus only if the reader has just asked for this part. */}
            <Button size="xs" onClick={tryAgain} loading={isTrying} autoFocus={onClose !== undefined}>
              {t('common.tryAgain')}
            </Button>
            <Button size="xs" variant="default" onClick={() => window.location.reload()}>
              {t('common.reload')}
            </Button>
            {onClose && (
              <Button size="xs" variant="subtle" onClick={onClose}>
                {t('common.close')}
              </Button>
            )}
          </Group>
        </Stack>
      </Paper>
    </Portal>
  );
}
