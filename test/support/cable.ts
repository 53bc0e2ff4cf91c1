import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A cable to a server on this machine, that a test can pull and plug in again. */
export class Cable {
  private readonly sockets = new Set<Socket>();
  private plugged = true;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly port: number,
  ) {}

  static async to(port: number): Promise<Cable> {
    const server = createServer((near) => cable.join(near, port));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const cable = new Cable(server, (server.address() as AddressInfo).port);
    return cable;
  }

  /** Ends every connection and refuses new ones. */
  pull(): void {
    this.plugged = false;
    for (const socket of this.sockets) socket.destroy();
  }

  plugIn(): void {
    this.plugged = true;
  }

  close(): void {
    this.pull();
    this.server.close();
  }

  private join(near: Socket, port: number): void {
    if (!this.plugged) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
