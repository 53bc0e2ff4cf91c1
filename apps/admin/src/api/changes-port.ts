import { ChangesHub, type Port } from './changes-hub';
import type { MessageFromTab, MessageToTab } from './changes-messages';

/** A message between tabs: to the one with the hub, or from the hub to one tab or to all. */
type ChannelMessage =
  { readonly from: string; readonly message: MessageFromTab } | { readonly to: string; readonly message: MessageToTab };

const lockName = 'rollbook.changes';
const allTabs = 'all';
const tabId = String(crypto.getRandomValues(new Uint32Array(4)));
const channel = new BroadcastChannel(lockName);
/** The hub, if this tab holds the lock; the other visible tabs wait for the lock. */
let hub: ChangesHub | undefined;
const ports = new Map<string, Port>();
let receive: (message: MessageToTab) => void = () => {};
let follow: (() => MessageFromTab) | undefined;

/** Returns the port of a tab; creates it at first. */
function findPort(id: string): Port {
  let port = ports.get(id);
  if (!port) {
    port = { send: (message) => (id === tabId ? receiveFromHub(message) : postToChannel({ to: id, message })) };
    ports.set(id, port);
  }
  return port;
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- channels have no origin
const postToChannel = (said: ChannelMessage): void => channel.postMessage(said);

channel.addEventListener('message', ({ data }: MessageEvent<ChannelMessage>) => {
  if ('from' in data) hub?.receive(findPort(data.from), data.message);
  else if (data.to === tabId || data.to === allTabs) receiveFromHub(data.message);
});

function receiveFromHub(message: MessageToTab): void {
  if (message.kind !== 'unknown') receive(message);
  else if (follow) sendToHub(follow());
}

const sendToHub = (message: MessageFromTab): void =>
  hub ? hub.receive(findPort(tabId), message) : postToChannel({ from: tabId, message });

/**
 * Follows the account in `message` while this tab is visible, and returns a function that stops. Of the visible tabs, only
 * the one that holds the lock has a stream from the server, and passes its changes to the others. When it is closed or
 * hidden, the next tab takes over, and every visible tab sends it its `message` again.
 */
export function followWhileVisible(
  message: () => MessageFromTab,
  onMessage: (message: MessageToTab) => void,
): () => void {
  receive = onMessage;
  let releaseHub: (() => void) | undefined;
  const pause = () => {
    sendToHub({ kind: 'pause' });
    follow = undefined;
    releaseHub?.();
    releaseHub = undefined;
  };
  const update = () => {
    if (document.visibilityState !== 'visible') return pause();
    follow = message;
    sendToHub(message());
    releaseHub ??= runHubOnceLockIsFree();
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

/** Runs the hub as soon as no other tab does, and returns a function that stops it. Without TLS browsers have no locks: then each visible tab runs its own hub. */
function runHubOnceLockIsFree(): () => void {
  const abort = new AbortController();
  const runHub = () =>
    new Promise<void>((resolve) => {
      if (abort.signal.aborted) return resolve();
      hub = new ChangesHub();
      abort.signal.addEventListener('abort', () => {
        hub?.close();
        hub = undefined;
        ports.clear();
        resolve();
      });
      if (follow) sendToHub(follow());
      if (navigator.locks) postToChannel({ to: allTabs, message: { kind: 'unknown' } });
    });
  // Undefined without TLS, unlike its type.
  const locks = navigator.locks as LockManager | undefined;
  if (locks) void locks.request(lockName, { signal: abort.signal }, runHub).catch(() => {});
  else void runHub();
  return () => abort.abort();
}
