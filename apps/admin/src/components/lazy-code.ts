import { lazy, useCallback, useEffect, useState, type ComponentType } from 'react';

/** The code of a part of the page could not be loaded: the server is away, or a newer build has replaced the file. */
export class CodeLoadError extends Error {}

/** A component whose code is loaded when it is needed. */
export interface LazyCode<Props extends object> {
  /** Loads the code; also after a failure. Rejects with `CodeLoadError`. */
  readonly load: () => Promise<ComponentType<Props>>;
  /** Returns the component, which suspends until its code is loaded, or throws `CodeLoadError`. */
  readonly current: () => ComponentType<Props>;
}

/** Returns the component that `load` loads. */
export function createLazyCode<Props extends object>(load: () => Promise<ComponentType<Props>>): LazyCode<Props> {
  let loaded: ComponentType<Props> | undefined;
  let suspending: ComponentType<Props> | undefined;
  const loadCode = async () => {
    try {
      return (loaded = await load());
    } catch (cause) {
      // A lazy component keeps its failure, so the next attempt has a new one.
      suspending = undefined;
      throw new CodeLoadError('code not loaded', { cause });
    }
  };
  return {
    load: loadCode,
    current: () => loaded ?? (suspending ??= lazy(async () => ({ default: await loadCode() }))),
  };
}

/** Milliseconds between two attempts to load the code of a page. */
const retryIntervalMs = 3_000;

/** Returns a function that loads the code again and calls `onLoaded` afterwards, and the state of that. With `isAutomatic`, repeats the attempt every 3 s until it succeeds. */
export function useCodeRetry(load: () => Promise<unknown>, onLoaded: () => void, isAutomatic = false) {
  const [isTrying, setTrying] = useState(false);
  const [isReplaced, setReplaced] = useState(false);
  const tryAgain = useCallback(async () => {
    setTrying(true);
    try {
      await load();
      onLoaded();
    } catch {
      setReplaced(await isServerThere());
    } finally {
      setTrying(false);
    }
  }, [load, onLoaded]);
  useEffect(() => void isServerThere().then(setReplaced), []);
  useEffect(() => {
    if (!isAutomatic || isTrying) return undefined;
    const timer = setTimeout(() => void tryAgain(), retryIntervalMs);
    return () => clearTimeout(timer);
  }, [isAutomatic, isTrying, tryAgain]);
  return {
    tryAgain: () => void tryAgain(),
    isTrying,
    /** Whether the server answers, so that the file itself must be missing. */
    isReplaced,
  };
}

const isServerThere = (): Promise<boolean> =>
  fetch('/', { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );
