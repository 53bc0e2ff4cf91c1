import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of a server. It can disconnect, pause, or drop the server's responses. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private readonly droppingResponses = new WeakSet<Socket>();
  private server: Server | undefined;
  private port = 0;
  private isPaused = false;
  /** The number of connections so serverSide. */
  connections = 0;

  private constructor(private readonly target: string) {}

  /** Starts a proxy to the event store at `url` (esdb://…). */
  static async open(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(url);
    await proxy.listen();
    return proxy;
  }

  /** The URL of the store through the proxy, with the host name of the store's certificate. */
  get url(): string {
    return this.target.replace(new URL(this.target).host, `localhost:${this.port}`);
  }

  /** Accepts connections, on the same port as before. */
  async listen(): Promise<void> {
    this.server = createServer((clientSide) => this.join(clientSide));
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Closes all connections and accepts no more. */
  async disconnect(): Promise<void> {
    const closed = new Promise((resolve) => this.server!.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Drops all further responses on the present connections, but not on new ones. */
  dropResponses(): void {
    for (const socket of this.sockets) this.droppingResponses.add(socket);
  }

  /** Holds all traffic in both directions, as if the server were suspended. Loses nothing. */
  pause(): void {
    this.isPaused = true;
    for (const socket of this.sockets) socket.pause();
  }

  resume(): void {
    this.isPaused = false;
    for (const socket of this.sockets) socket.resume();
  }

  private join(clientSide: Socket): void {
    this.connections++;
    const { hostname, port } = new URL(this.target);
    const serverSide = connect(Number(port || 2113), hostname);
    clientSide.on('data', (bytes) => void serverSide.write(bytes));
    serverSide.on('data', (bytes) => void (this.droppingResponses.has(serverSide) || clientSide.write(bytes)));
    for (const [socket, other] of [
      [clientSide, serverSide],
      [serverSide, clientSide],
    ] as const) {
      this.sockets.add(socket);
      if (this.isPaused) socket.pause();
      socket.on('error', () => {});
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
