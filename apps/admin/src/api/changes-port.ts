import { ChangesHub, type Port } from './changes-hub';
import type { MessageFromTab, MessageToTab } from './changes-messages';

/** What tabs say to each other: to the one that has the hub, or from it to one tab, or to all. */
type ChannelMessage =
  { readonly from: string; readonly message: MessageFromTab } | { readonly to: string; readonly message: MessageToTab };

const lockName = 'rollbook.changes';
const allTabs = 'all';
const tabId = String(crypto.getRandomValues(new Uint32Array(4)));
const channel = new BroadcastChannel(lockName);
/** This tab's own, while it has the lock; the other visible tabs wait for it. */
let hub: ChangesHub | undefined;
const ports = new Map<string, Port>();
let receive: (message: MessageToTab) => void = () => {};
let follow: (() => MessageFromTab) | undefined;

/** A tab as the hub speaks to it. */
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
 * Follows what `message` says while this tab is visible; ends when the answer is called. Of the visible tabs, the one
 * that holds the lock has the stream; where it is closed or hidden, the next one takes over, and all tell it where they are.
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

/** Has the hub as soon as no other tab does, until the answer is called. Without TLS there are no locks: each visible tab has its own. */
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
  // It is absent where there is no TLS, whatever its type says.
  const locks = navigator.locks as LockManager | undefined;
  if (locks) void locks.request(lockName, { signal: abort.signal }, runHub).catch(() => {});
  else void runHub();
  return () => abort.abort();
}
