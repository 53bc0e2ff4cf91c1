import type { MessageFromTab, MessageToTab } from './changes-messages';

/** Milliseconds until the hub retries a refused stream; browsers do not retry these. */
const retryAfterMs = 5_000;
/** The server's limit of accounts in one stream. */
const maxAccounts = 51;

/** Sends messages to one tab. */
export interface Port {
  send(message: MessageToTab): void;
}

interface Tab {
  readonly accountId: string;
  readonly userId: string;
}

/**
 * Keeps one stream of changes for all tabs of a browser, which opens at most six connections to a host. It covers the
 * accounts of visible tabs and is closed while no tab is visible; afterwards the server sends the missed changes.
 */
export class ChangesHub {
  readonly #tabs = new Map<Port, Tab>();
  #source: EventSource | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** The accounts of the open stream. */
  #accounts: readonly string[] = [];
  /** The position of the log up to which all tabs have the changes; 0 if unknown. */
  #position = 0;

  /** Closes the stream and forgets all tabs. */
  close(): void {
    this.#tabs.clear();
    this.#closeStream();
  }

  /** Handles a message from a tab. */
  receive(port: Port, message: MessageFromTab): void {
    if (message.kind === 'pause') return this.#removeTab(port);
    this.#addTab(port, message);
  }

  #addTab(port: Port, { accountId, userId, after }: Extract<MessageFromTab, { kind: 'follow' }>): void {
    let isOthers = false;
    for (const [other, tab] of this.#tabs) {
      if (tab.userId === userId) continue;
      // Another user has logged in: the open stream still has the permissions of the previous one.
      isOthers = true;
      this.#tabs.delete(other);
      other.send({ kind: 'replaced' });
    }
    const isOpen = this.#source !== undefined && this.#source.readyState !== EventSource.CLOSED && !isOthers;
    const isUpToDate = after >= this.#position && this.#position > 0;
    // The other tabs must not miss changes that this tab has already read.
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
    // After an interruption the browser reconnects, with the last event's position in Last-Event-ID.
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
