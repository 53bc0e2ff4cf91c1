import { Suspense, lazy, type ComponentType } from 'react';
import { useReturnFocus } from './return-focus';

/** Returns a component whose code is loaded when it is first shown, so that the first load of the page stays small. Used for dialogs: when it is removed, the focus returns to where it was. */
export function lazyComponent<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const Loaded = lazy(async () => ({ default: await load() }));
  return function Later(props) {
    useReturnFocus();
    return (
      <Suspense fallback={null}>
        <Loaded {...props} />
      </Suspense>
    );
  };
}
