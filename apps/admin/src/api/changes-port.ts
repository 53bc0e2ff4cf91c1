import { ChangesHub, type Port } from './changes-hub';
import type { FromTab, ToTab } from './changes-messages';

/** What tabs say to each other: to the one that has the hub, or from it to one tab, or to all. */
type Said = { readonly from: string; readonly message: FromTab } | { readonly to: string; readonly message: ToTab };

const lock = 'rollbook.changes';
const everybody = 'all';
const tabId = String(crypto.getRandomValues(new Uint32Array(4)));
const channel = new BroadcastChannel(lock);
/** This tab's own, while it has the lock; the other visible tabs wait for it. */
let hub: ChangesHub | undefined;
const ports = new Map<string, Port>();
let receive: (message: ToTab) => void = () => {};
let follow: (() => FromTab) | undefined;

/** A tab as the hub speaks to it. */
function portOf(id: string): Port {
  let port = ports.get(id);
  if (!port) {
    port = { tell: (message) => (id === tabId ? onTold(message) : say({ to: id, message })) };
    ports.set(id, port);
  }
  return port;
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- channels have no origin
const say = (said: Said): void => channel.postMessage(said);

channel.addEventListener('message', ({ data }: MessageEvent<Said>) => {
  if ('from' in data) hub?.receive(portOf(data.from), data.message);
  else if (data.to === tabId || data.to === everybody) onTold(data.message);
});

function onTold(message: ToTab): void {
  if (message.kind !== 'unknown') receive(message);
  else if (follow) send(follow());
}

const send = (message: FromTab): void => (hub ? hub.receive(portOf(tabId), message) : say({ from: tabId, message }));

/**
 * Follows what `message` says while this tab is visible; ends when the answer is called. Of the visible tabs, the one
 * that holds the lock has the stream; where it is closed or hidden, the next one takes over, and all tell it where they are.
 */
export function followWhileVisible(message: () => FromTab, onMessage: (message: ToTab) => void): () => void {
  receive = onMessage;
  let leave: (() => void) | undefined;
  const pause = () => {
    send({ kind: 'pause' });
    follow = undefined;
    leave?.();
    leave = undefined;
  };
  const update = () => {
    if (document.visibilityState !== 'visible') return pause();
    follow = message;
    send(message());
    leave ??= leadInTurn();
  };
  update();
  document.addEventListener('visibilitychange', update);
  window.addEventListener('pagehide', pause);
  window.addEventListener('pageshow', update);
  return () => {
    document.removeEventListener('visibilitychange', update);
    window.removeEventListener('pagehide', pause);
    window.removeEventListener('pageshow', update);
    pause();
    receive = () => {};
  };
}

/** Has the hub as soon as no other tab does, until the answer is called. Without TLS there are no locks: each visible tab has its own. */
function leadInTurn(): () => void {
  const left = new AbortController();
  const lead = () =>
    new Promise<void>((resolve) => {
      if (left.signal.aborted) return resolve();
      hub = new ChangesHub();
      left.signal.addEventListener('abort', () => {
        hub?.close();
        hub = undefined;
        ports.clear();
        resolve();
      });
      if (follow) send(follow());
      if (navigator.locks) say({ to: everybody, message: { kind: 'unknown' } });
    });
  // It is absent where there is no TLS, whatever its type says.
  const locks = navigator.locks as LockManager | undefined;
  if (locks) void locks.request(lock, { signal: left.signal }, lead).catch(() => {});
  else void lead();
  return () => left.abort();
}
