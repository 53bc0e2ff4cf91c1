import { unlessTampered, type EventStore, type Loaded } from '#libs/event-store';
import type { AnyDecider, StateOf } from '#libs/kernel';

/** Loads a stream to decide on rights. A tampered token, user or account is taken for an absent one, so it gives no rights. */
export const loadTrusted = <D extends AnyDecider>(
  store: Pick<EventStore, 'load'>,
  decider: D,
  id: string,
): Promise<Loaded<StateOf<D>>> =>
  unlessTampered(store.load(decider, id), { state: decider.initial as StateOf<D>, revision: -1, position: 0 });
