import { cleanUpLater } from '@pgstream/harness';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What is between a client and its server, and can fail as networks do. */
export interface Proxy {
  /** The server's URL by way of it. */
  readonly url: string;
  /** Passes on no byte any more, either way, and closes nothing: as a cable that was pulled out. */
  stall(): void;
  /** The same for those connections alone that are open. */
  stallOpen(): void;
  /** Takes no new connections, and closes those that are open. */
  refuse(): Promise<void>;
  /** Works again; connections that were stalled stay so. */
  resume(): Promise<void>;
  /** How many were asked for since it began. */
  readonly connections: number;
}

export async function proxyTo(serverUrl: string): Promise<Proxy> {
  const target = new URL(serverUrl);
  const open = new Set<Socket>();
  let isStalled = false;
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one);
      one.on('data', (bytes) => void (isStalled || other.write(bytes)));
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.on('error', () => {});
    }
    if (isStalled) client.pause();
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const refuse = async (): Promise<void> => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  await listen(0);
  cleanUpLater(refuse);
  const url = new URL(serverUrl);
  const { port } = server.address() as AddressInfo;
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const stallOpen = (): void => {
    for (const socket of open) socket.removeAllListeners('data').pause();
  };
  return {
    url: url.href,
    stallOpen,
    stall: () => void (isStalled = true),
    refuse,
    async resume() {
      if (isStalled) stallOpen();
      isStalled = false;
      if (!server.listening) await listen(port);
    },
    get connections() {
      return connections;
    },
  };
}
