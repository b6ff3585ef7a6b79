import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admin } from './mount.ts';

/** A handler for Node's own server, and middleware for all that take one: Express, Nest, Connect. It always answers, and passes no request on. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The pages for Node's server, Express 4 and 5, Nest and Connect, at the base path that they were mounted with. Bodies are not
 * read, so it does not matter whether something before has read them.
 *
 * @example
 * app.use('/admin', toNodeHandler(mountAdmin({ pgstream, basePath: '/admin' }))); // Express, and app of Nest
 */
export function toNodeHandler(admin: Admin): NodeHandler {
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { status, headers, body } = await answerTo(admin, incoming);
    // What limits the time of requests may have answered meanwhile.
    if (outgoing.headersSent) return;
    outgoing.statusCode = status;
    for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
    outgoing.end(body);
  };
  return (incoming, outgoing) => void answer(incoming, outgoing);
}

/** What is needed of Fastify, by its shape. */
interface FastifyLike {
  addContentTypeParser(
    type: string,
    parse: (request: unknown, payload: unknown, done: (error: null) => void) => void,
  ): unknown;
  all(
    path: string,
    handler: (request: { readonly raw: IncomingMessage }, reply: FastifyReplyLike) => Promise<unknown>,
  ): unknown;
}

interface FastifyReplyLike {
  code(status: number): unknown;
  headers(values: Readonly<Record<string, string>>): unknown;
  send(body: string): unknown;
}

/**
 * The pages as a plugin of Fastify, at the base path that they were mounted with: register it without a prefix. What hooks
 * of the application do, say to log in, is done for them, too. `from` of `canAct` is Fastify's request.
 *
 * @example
 * await app.register(toFastifyPlugin(mountAdmin({ pgstream, basePath: '/admin' })));
 */
export function toFastifyPlugin(admin: Admin): (app: FastifyLike) => Promise<void> {
  return async (app) => {
    // What a form sends is nothing that Fastify knows, and it would refuse it; the pages need none of it.
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const path of [admin.basePath || '/', `${admin.basePath}/*`]) {
      app.all(path, async (request, reply) => {
        const { status, headers, body } = await answerTo(admin, request.raw, request);
        reply.code(status);
        reply.headers(headers);
        return reply.send(body);
      });
    }
  };
}

async function answerTo(admin: Admin, incoming: IncomingMessage, from: unknown = incoming) {
  const response = await admin.fetch(requestOf(incoming), from);
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

/** The request without its body. By the path that the browser asked for, of which frameworks strip what they have matched. */
function requestOf(incoming: IncomingMessage & { readonly originalUrl?: string }): Request {
  const { originalUrl = incoming.url ?? '/' } = incoming;
  // All others are answered alike, and of some no Request can be made.
  const method = ['GET', 'HEAD', 'POST'].find((each) => each === incoming.method) ?? 'OPTIONS';
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    // Those of HTTP/2 that begin with a colon are no headers elsewhere.
    if (value === undefined || name.startsWith(':')) continue;
    for (const each of Array.isArray(value) ? value : [value]) headers.append(name, each);
  }
  // What stands before the path in an absolute address is not looked at.
  const path = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*(.*)$/i.exec(originalUrl)?.[1] ?? originalUrl;
  return new Request(`http://${hostOf(incoming)}${path.startsWith('/') ? path : `/${path}`}`, { method, headers });
}

/** The host that was asked for, where that can be one. */
function hostOf({ headers }: IncomingMessage): string {
  const host = headers.host ?? headers[':authority'];
  const isHost = typeof host === 'string' && /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`);
  return isHost ? host : 'localhost';
}
