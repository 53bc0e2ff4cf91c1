import { Suspense, lazy, type ComponentType } from 'react';
import { useFocusBack } from './focus-back';

/** A part of a page, mostly a dialog, that is loaded when it is first shown: the first load of the page stays small. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const Loaded = lazy(async () => ({ default: await load() }));
  return function Later(props) {
    useFocusBack();
    return (
      <Suspense fallback={null}>
        <Loaded {...props} />
      </Suspense>
    );
  };
}
