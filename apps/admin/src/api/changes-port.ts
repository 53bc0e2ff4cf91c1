import { aliveInterval, type FromTab, type ToTab } from './changes-messages';

let port: MessagePort | undefined;
let receive: (message: ToTab) => void = () => {};
let following: (() => FromTab) | undefined;

/**
 * Follows what `message` says while this tab is visible; ends when the answer is called. A shared worker needs no
 * election among tabs, works without TLS (Web Locks do not), and lives on when the tab that began it is closed.
 */
export function followWhileVisible(message: () => FromTab, onMessage: (message: ToTab) => void): () => void {
  port ??= connect();
  following = message;
  receive = onMessage;
  const update = () => send(document.visibilityState === 'visible' ? message() : { kind: 'pause' });
  const pause = () => send({ kind: 'pause' });
  update();
  const alive = setInterval(() => document.visibilityState === 'visible' && send({ kind: 'alive' }), aliveInterval);
  document.addEventListener('visibilitychange', update);
  window.addEventListener('pagehide', pause);
  window.addEventListener('pageshow', update);
  return () => {
    clearInterval(alive);
    document.removeEventListener('visibilitychange', update);
    window.removeEventListener('pagehide', pause);
    window.removeEventListener('pageshow', update);
    following = undefined;
    receive = () => {};
    pause();
  };
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- ports have no origin
const send = (message: FromTab): void => port?.postMessage(message);

function connect(): MessagePort {
  if (!('SharedWorker' in window)) return connectHere();
  const worker = new SharedWorker(new URL('./changes-worker.ts', import.meta.url), { type: 'module' });
  // Its script could not be loaded, as after an upgrade of the server.
  worker.addEventListener('error', () => {
    port = connectHere();
    again();
  });
  return listen(worker.port);
}

/** A hub in this tab: phones have no shared workers, and show one tab at a time. */
function connectHere(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  void import('./changes-hub').then(({ ChangesHub }) => new ChangesHub().add(port2));
  return listen(port1);
}

function listen(to: MessagePort): MessagePort {
  to.addEventListener('message', ({ data }: MessageEvent<ToTab>) => (data.kind === 'unknown' ? again() : receive(data)));
  to.start();
  return to;
}

function again(): void {
  if (following && document.visibilityState === 'visible') send(following());
}
