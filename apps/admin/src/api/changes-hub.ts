import type { MessageFromTab, MessageToTab } from './changes-messages';

/** How long, in ms, until a refused stream is tried again: a browser does not. */
const retryAfterMs = 5_000;
/** How many accounts the server takes in one stream. */
const maxAccounts = 51;

/** How the hub speaks to a tab. */
export interface Port {
  send(message: MessageToTab): void;
}

interface Tab {
  readonly accountId: string;
  readonly userId: string;
}

/**
 * One stream of changes for all tabs of a browser, which opens at most six connections to a host. It tells of the
 * accounts of visible tabs and is closed while no tab is visible; what is missed meanwhile, the server tells afterwards.
 */
export class ChangesHub {
  readonly #tabs = new Map<Port, Tab>();
  #source: EventSource | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** Of which accounts the stream tells. */
  #accounts: readonly string[] = [];
  /** Up to which position of the log all tabs have been told; 0 where none is known. */
  #position = 0;

  /** Ends it; the tabs are told nothing more. */
  close(): void {
    this.#tabs.clear();
    this.#closeStream();
  }

  /** Takes what a tab says. */
  receive(port: Port, message: MessageFromTab): void {
    if (message.kind === 'pause') return this.#removeTab(port);
    this.#addTab(port, message);
  }

  #addTab(port: Port, { accountId, userId, after }: Extract<MessageFromTab, { kind: 'follow' }>): void {
    let isOthers = false;
    for (const [other, tab] of this.#tabs) {
      if (tab.userId === userId) continue;
      // Another user has logged in since: the stream is still with the rights of the one before.
      isOthers = true;
      this.#tabs.delete(other);
      other.send({ kind: 'replaced' });
    }
    const isOpen = this.#source !== undefined && this.#source.readyState !== EventSource.CLOSED && !isOthers;
    const isUpToDate = after >= this.#position && this.#position > 0;
    // Whoever else is told by the stream must not miss what this tab has read already.
    const from = this.#tabs.size > 0 && this.#position > 0 ? Math.min(this.#position, after || this.#position) : after;
    this.#tabs.set(port, { accountId, userId });
    if (isOpen && isUpToDate && this.#accounts.includes(accountId)) return;
    this.#position = from;
    this.#openStream();
  }

  #removeTab(port: Port): void {
    this.#tabs.delete(port);
    if (this.#tabs.size === 0) this.#closeStream();
  }

  #closeStream(): void {
    clearTimeout(this.#retryTimer);
    this.#source?.close();
    this.#source = undefined;
  }

  #openStream(): void {
    this.#closeStream();
    this.#accounts = [...new Set([...this.#tabs.values()].map(({ accountId }) => accountId))].slice(-maxAccounts);
    const [first, ...also] = this.#accounts;
    if (!first) return;
    const query = new URLSearchParams(also.map((account) => ['also', account]));
    if (this.#position) query.set('after', String(this.#position));
    // After a break the browser comes back by itself, with the position of the last event in Last-Event-ID.
    const source = new EventSource(`/api/v1/accounts/${encodeURIComponent(first)}/changes?${query.toString()}`);
    this.#source = source;
    source.addEventListener('ready', ({ lastEventId }: MessageEvent) => this.#sendChanged(Number(lastEventId), {}));
    source.addEventListener('changed', ({ data, lastEventId }: MessageEvent<string>) => {
      const { userIds, accounts = { [first]: userIds } } = JSON.parse(data) as {
        userIds: string[];
        accounts?: Record<string, string[]>;
      };
      this.#sendChanged(Number(lastEventId), accounts);
    });
    source.addEventListener('reset', ({ lastEventId }: MessageEvent) => {
      this.#position = Number(lastEventId);
      this.#sendToAll({ kind: 'reset', position: this.#position });
    });
    source.addEventListener('error', () => {
      if (source !== this.#source || source.readyState !== EventSource.CLOSED) return;
      this.#sendToAll({ kind: 'refused' });
      this.#retryTimer = setTimeout(() => this.#openStream(), retryAfterMs);
    });
  }

  #sendChanged(position: number, accounts: Readonly<Record<string, readonly string[]>>): void {
    this.#position = position;
    for (const [port, { accountId }] of this.#tabs)
      port.send({ kind: 'changed', position, userIds: accounts[accountId] ?? [] });
  }

  #sendToAll(message: MessageToTab): void {
    for (const port of this.#tabs.keys()) port.send(message);
  }
}
