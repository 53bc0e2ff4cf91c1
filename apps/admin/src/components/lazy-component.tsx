import { Suspense, lazy, type ComponentType } from 'react';
import { useReturnFocus } from './return-focus';

/** A part of a page, mostly a dialog, that is loaded when it is first shown: the first load of the page stays small. */
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
