import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { All, Controller, type INestApplication, Module, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import express from 'express';
import express4 from 'express-4';
import fastify from 'fastify';
import { Hono } from 'hono';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Admin, mountAdmin } from '../src/index.ts';
import { toFastifyPlugin, toNodeHandler } from '../src/node.ts';
import { shop, textOf } from './shop.ts';

const own = shop();
/** What the host's own login has left for the guard. */
const userOf = (from: unknown): unknown => (from as { user?: unknown } | undefined)?.user;
let admin: Admin;

beforeAll(async () => {
  admin = mountAdmin({
    pgstream: own.pgstream,
    basePath: '/ops/admin',
    canAct: (_request, from) => userOf(from) === 'ada',
    onError: () => {},
  });
  await own.rename('nightly', 'a/b "c"');
});

/** A server that listens, and how to stop it. */
interface Running {
  readonly url: string;
  close(): Promise<unknown>;
}

async function running(server: Server): Promise<Running> {
  if (!server.listening) {
    if (server.address() === null) server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function ofNest(app: INestApplication): Promise<Running> {
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), close: () => app.close() };
}

type User = { user?: string };

/** The host's login. */
function login(incoming: object, _response: unknown, next: () => void): void {
  (incoming as User).user = 'ada';
  next();
}

/** As the decorators of a controller do it. */
function controller(): new () => object {
  class AdminController {
    handle(incoming: IncomingMessage, response: ServerResponse): void {
      toNodeHandler(admin)(incoming, response);
    }
  }
  const handler = Object.getOwnPropertyDescriptor(AdminController.prototype, 'handle');
  All(['ops/admin', 'ops/admin/*path'])(AdminController.prototype, 'handle', handler!);
  Req()(AdminController.prototype, 'handle', 0);
  Res()(AdminController.prototype, 'handle', 1);
  Reflect.defineMetadata('design:paramtypes', [Object, Object], AdminController.prototype, 'handle');
  Controller()(AdminController);
  return AdminController;
}

function nestModule(controllers: (new () => object)[]): new () => object {
  class Application {
    readonly name = 'application';
  }
  Module({ controllers })(Application);
  return Application;
}

const SERVERS: Readonly<Record<string, () => Promise<Running>>> = {
  'node:http': async () => {
    const handler = toNodeHandler(admin);
    return await running(
      createServer((incoming, response) => login(incoming, response, () => handler(incoming, response))),
    );
  },
  'Express 5': async () => {
    const app = express().use(express.urlencoded(), express.json(), login);
    app.use('/ops/admin', toNodeHandler(admin));
    return await running(createServer(app));
  },
  'Express 4, in a router': async () => {
    const app = express4().use(express4.urlencoded({ extended: false }), login);
    app.use('/ops', express4.Router().use('/admin', toNodeHandler(admin)));
    return await running(createServer(app));
  },
  'Fastify 5': async () => {
    const app = fastify();
    app.addHook('onRequest', async (incoming) => void ((incoming as User).user = 'ada'));
    await app.register(toFastifyPlugin(admin));
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
  },
  Hono: async () => {
    const app = new Hono().all('/ops/admin/*', (c) => admin.fetch(c.req.raw, { user: 'ada' }));
    return await running(serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }) as Server);
  },
  'Hono, mounted': async () => {
    const app = new Hono().mount('/ops/admin', (raw) => admin.fetch(raw, { user: 'ada' }), { replaceRequest: false });
    return await running(serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }) as Server);
  },
  'Nest 11, as middleware': async () => {
    const app = await NestFactory.create(nestModule([]), { logger: false });
    app.use(login);
    app.use('/ops/admin', toNodeHandler(admin));
    return await ofNest(app);
  },
  'Nest 11, as a controller': async () => {
    const app = await NestFactory.create(nestModule([controller()]), { logger: false });
    app.use(login);
    return await ofNest(app);
  },
  // A route handler of Next has the request and a context: here by another server, without Next itself.
  'route handlers as those of Next': async () => {
    const { GET, HEAD, POST } = admin;
    const handlers: Readonly<Record<string, typeof GET>> = { GET, HEAD, POST };
    return await running(
      serve({
        fetch: (incoming) => handlers[incoming.method]!(incoming, { user: 'ada', params: Promise.resolve({}) }),
        hostname: '127.0.0.1',
        port: 0,
      }) as Server,
    );
  },
};

describe.each(Object.entries(SERVERS))('on %s', (_, start) => {
  async function started(): Promise<string> {
    const { url, close } = await start();
    onTestFinished(async () => void (await close()));
    return url;
  }

  it('pages, their style, a name of odd letters and a button work', async () => {
    const url = await started();
    const list = await (await fetch(`${url}/ops/admin`)).text();
    expect(textOf(list)).toContain('4 stream tables.');
    const style = await fetch(url + (/href="([^"]*style\.css[^"]*)"/.exec(list)?.[1] ?? ''));
    expect([style.status, style.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
    const odd = await fetch(url + (/href="([^"]*a~2Fb[^"]*)"/.exec(list)?.[1] ?? ''));
    expect(textOf(await odd.text())).toContain('reports.a/b "c"');

    const [, action = ''] = /action="([^"]*order_totals\/refresh[^"]*)"/.exec(list) ?? [];
    const press = (origin: string) =>
      fetch(url + action.replaceAll('&amp;', '&'), {
        method: 'POST',
        headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'unread=1',
      });
    const done = await press(url);
    expect([done.status, new URL(done.url).pathname]).toEqual([200, '/ops/admin']);
    expect(textOf(await done.text())).toContain('order_totals was refreshed.');
    expect((await press('https://elsewhere.example')).status).toBe(403);

    const head = await fetch(`${url}/ops/admin/health`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(head.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await fetch(`${url}/ops/admin/nowhere`)).status).toBe(404);
  });
});

/** What a server answers to a request that no browser would send. */
async function rawly(
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<[number | undefined, string]> {
  const { url, close } = await SERVERS['node:http']!();
  onTestFinished(async () => void (await close()));
  const asked = request({ host: '127.0.0.1', port: new URL(url).port, method, path, headers });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response) text += String(part);
  return [response.statusCode, textOf(text)];
}

describe('toNodeHandler()', () => {
  it.each([
    ['GET', '//elsewhere.example/ops/admin', {}, 404],
    ['GET', 'http://elsewhere.example/ops/admin/graph', {}, 200],
    ['GET', '/ops/admin', { host: 'a b"<c>' }, 200],
    ['GET', '/ops/admin', { host: 'elsewhere.example/x?' }, 200],
    ['GET', '/ops/admin', { host: '127.0.0.1:99999' }, 200],
    ['GET', '/ops/admin', { host: '999.999.999.999' }, 200],
    ['GET', '/ops/admin', { host: '[:::::]' }, 200],
    ['GET', '/ops/admin/../../etc', {}, 404],
    ['GET', '*', {}, 404],
    ['TRACE', '/ops/admin', {}, 405],
    ['QUERY', '/ops/admin', {}, 405],
  ])('answers %s %s with %j', async (method, path, headers, status) => {
    expect(await rawly(method, path, headers)).toEqual([status, expect.any(String)]);
  });

  it('says nothing where somebody else has answered meanwhile', async () => {
    const handler = toNodeHandler(admin);
    const { url, close } = await running(
      createServer((incoming, response) => {
        handler(incoming, response);
        response.end('That took too long.');
      }),
    );
    onTestFinished(async () => void (await close()));
    expect(await (await fetch(`${url}/ops/admin`)).text()).toBe('That took too long.');
    // One that it does answer comes after that.
    await admin.fetch(new Request(`${url}/ops/admin`));
  });

  it('sends all of a page, in bytes', async () => {
    await own.rename('a/b "c"', '日本 テーブル');
    onTestFinished(() => own.rename('日本 テーブル', 'a/b "c"'));
    expect((await rawly('GET', '/ops/admin'))[1]).toMatch(/日本 テーブル.*Look again$/);
  });
});

describe('toFastifyPlugin()', () => {
  it('leaves the rest of the application as it is, and heeds its hooks', async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    app.addHook('onRequest', async (incoming, reply) => {
      if (incoming.headers.authorization !== 'Bearer ada') return await reply.code(401).send('Who?');
      return undefined;
    });
    app.post('/echo', async (incoming) => incoming.body);
    app.addContentTypeParser('*', (_request, _payload, done) => done(null, 'of another kind'));
    await app.register(toFastifyPlugin(admin));
    const ask = async (method: 'GET' | 'POST', url: string, headers: Record<string, string>, payload?: string) =>
      await app.inject({ method, url, headers, ...(payload !== undefined && { payload }) });
    expect((await ask('GET', '/ops/admin', {})).statusCode).toBe(401);
    expect((await ask('GET', '/ops/admin/graph', { authorization: 'Bearer ada' })).statusCode).toBe(200);
    const echo = await ask(
      'POST',
      '/echo',
      { authorization: 'Bearer ada', 'content-type': 'application/json' },
      '{"a":1}',
    );
    expect(echo.json()).toEqual({ a: 1 });
    const form = { authorization: 'Bearer ada', 'content-type': 'application/x-www-form-urlencoded' };
    expect((await ask('POST', '/echo', form, 'a=1')).body).toBe('of another kind');
  });
});
