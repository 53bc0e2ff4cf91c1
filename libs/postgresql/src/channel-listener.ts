import { Client } from 'pg';

/** How long, in ms, a broken connection is left until it is made again. Meanwhile polling does its work. */
const RECONNECT_MS = 5_000;

/** Calls back at each notification on a channel of PostgreSQL, by a connection of its own, since pools change theirs. */
export class ChannelListener {
  #client: Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    private readonly url: string,
    private readonly channel: string,
    private readonly onNotified: () => void,
  ) {}

  /** Connects, and again whenever the connection breaks. */
  start(): void {
    if (this.#isStopped) return;
    const client = new Client({ connectionString: this.url, keepAlive: true, connectionTimeoutMillis: RECONNECT_MS });
    this.#client = client;
    // A connection that breaks emits both `error` and `end`.
    client.on('error', () => {}).once('end', () => this.#reconnect(client));
    client.on('notification', this.onNotified);
    client
      .connect()
      .then(() => client.query(`listen ${this.channel}`))
      .catch(() => this.#reconnect(client));
  }

  /** Closes the connection. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    // A server that does not answer is not waited for.
    await Promise.race([client?.end().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
  }

  #reconnect(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    void client.end().catch(() => {});
    this.#timer = setTimeout(() => this.start(), RECONNECT_MS);
    this.#timer.unref();
  }
}
