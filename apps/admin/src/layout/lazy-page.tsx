import { Suspense, useState, type ComponentType } from 'react';
import type { AsyncRouteComponent } from '@tanstack/react-router';
import { CodeLoadBoundary } from '../components/code-load-boundary';
import { createLazyCode } from '../components/lazy-code';
import { CodeLoadPage, LoadingPage } from './fallback-pages';

/** Returns a route's component, whose code the router loads before it shows the page. A page that cannot be loaded is shown as soon as it can be. */
export function lazyPage(load: () => Promise<ComponentType>): AsyncRouteComponent<object> {
  const code = createLazyCode(load);
  function LazyPage() {
    const [Loaded, setLoaded] = useState(code.current);
    return (
      <CodeLoadBoundary
        fallback={(retry) => (
          <CodeLoadPage
            load={code.load}
            onLoaded={() => {
              setLoaded(code.current);
              retry();
            }}
          />
        )}
      >
        <Suspense fallback={<LoadingPage />}>
          <Loaded />
        </Suspense>
      </CodeLoadBoundary>
    );
  }
  // A failure is for the page to show, in its place: the router's own handling would reload the page.
  const preload = async (): Promise<void> => void (await code.load().catch(() => undefined));
  return Object.assign(LazyPage, { preload });
}
