import { Suspense, lazy, type ComponentType } from 'react';

/** A part of a page, mostly a dialog, that is loaded when it is first shown: the first load of the page stays small. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const Loaded = lazy(async () => ({ default: await load() }));
  return (props) => (
    <Suspense fallback={null}>
      <Loaded {...props} />
    </Suspense>
  );
}
