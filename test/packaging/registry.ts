import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Published {
  name: string;
  versions: Record<string, { dist: { tarball: string } }>;
  'dist-tags': Record<string, string>;
}

/** What npm sends: one version, and its tarball in base64. */
interface Sent extends Published {
  _attachments: Record<string, { data: string }>;
}

export interface Registry extends AsyncDisposable {
  /** Its host and port. */
  readonly host: string;
  /** What it was given: the name, the version and the tag of each, in this order. */
  readonly published: readonly string[];
  /** The name of a package that it refuses, as long as it stands here. */
  refuses: string | undefined;
}

/** A package registry with nothing in it, which npm can ask, publish to and install from. */
export async function startRegistry(): Promise<Registry> {
  const packages = new Map<string, Published>();
  const tarballs = new Map<string, Buffer>();
  const published: string[] = [];
  const registry = { refuses: undefined as string | undefined };
  const server = createServer((request, response) => {
    const name = decodeURIComponent(request.url ?? '').slice(1);
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const tarball = tarballs.get(decodeURIComponent(request.url ?? ''));
    if (tarball) {
      response.end(tarball);
      return;
    }
    if (request.method !== 'PUT') {
      const found = packages.get(name);
      answer(found ? 200 : 404, found ?? { error: 'not found' });
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (registry.refuses === name) {
        answer(403, { error: 'no' });
        return;
      }
      const sent = JSON.parse(Buffer.concat(chunks).toString()) as Sent;
      const before = packages.get(name);
      packages.set(name, {
        name,
        versions: { ...before?.versions, ...sent.versions },
        'dist-tags': { ...before?.['dist-tags'], ...sent['dist-tags'] },
      });
      for (const { dist } of Object.values(sent.versions)) {
        const [attachment] = Object.values(sent['_attachments']);
        tarballs.set(decodeURIComponent(new URL(dist.tarball).pathname), Buffer.from(attachment?.data ?? '', 'base64'));
      }
      for (const [tag, version] of Object.entries(sent['dist-tags'])) published.push(`${name} ${version} ${tag}`);
      answer(201, { ok: true });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(registry, {
    host: `127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    published,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
