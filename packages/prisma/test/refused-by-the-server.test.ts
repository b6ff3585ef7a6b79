import { StreamTableReadOnlyError } from '@pgstream/core';
import { connect, quietEmulator } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openInTest, Prisma, streamTables } from './shop/index.ts';

/** pg_trickle refuses writes to its stream tables itself, whoever sends them. */
const emulator = await quietEmulator({ extension: 'pg_trickle', scheduler: false });
afterAll(() => emulator.stop());
let url: string;

beforeAll(async () => {
  url = await emulator.createDatabase();
  const client = await connect(url);
  await client.query(`
    CREATE TABLE public.notes (id integer PRIMARY KEY, text text NOT NULL);
    INSERT INTO public.notes VALUES (1, 'first');
    SELECT pgtrickle.create_stream_table(name => 'public.note_counts', schedule => '1h',
      query => 'SELECT text, count(*) AS n FROM public.notes GROUP BY text');
    CREATE FUNCTION public.clear_counts() RETURNS integer LANGUAGE plpgsql AS
      'BEGIN DELETE FROM public.note_counts; RETURN 1; END';
    CREATE FUNCTION public.clear_after() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM public.clear_counts(); RETURN NULL; END';
    CREATE TRIGGER clear_after AFTER INSERT ON public.notes EXECUTE FUNCTION public.clear_after()`);
});

const READ_ONLY = { code: 'READ_ONLY', table: 'note_counts', sqlState: 'P0001' };

describe('a write to a stream table that only the server sees', () => {
  it.each<[operation: string, call: (prisma: ReturnType<typeof guarded>) => PromiseLike<unknown>]>([
    ['$queryRaw', (prisma) => prisma.$queryRaw`SELECT public.clear_counts(), ${1}::int AS one`],
    ['$queryRaw', (prisma) => prisma.$queryRaw(Prisma.sql`SELECT public.clear_counts(), ${1}::int AS one`)],
    ['$queryRawUnsafe', (prisma) => prisma.$queryRawUnsafe('SELECT public.clear_counts(), $1::int AS one', 1)],
    ['$executeRaw', (prisma) => prisma.$executeRaw`SELECT public.clear_counts(), ${1}::int AS one`],
    ['$executeRawUnsafe', (prisma) => prisma.$executeRawUnsafe('SELECT public.clear_counts(), $1::int AS one', 1)],
    ['create', (prisma) => prisma.note.create({ data: { id: 2, text: 'second' } })],
    ['createMany', (prisma) => prisma.note.createMany({ data: [{ id: 2, text: 'second' }] })],
  ])('by %s is a StreamTableReadOnlyError with the server’s error as its cause', async (operation, call) => {
    const prisma = guarded();
    for (const work of [
      () => call(prisma),
      () => prisma.$transaction([call(prisma) as never]),
      () => prisma.$transaction((tx) => call(tx as typeof prisma) as Promise<unknown>),
    ]) {
      const error: unknown = await work().then(undefined, (reason: unknown) => reason);
      expect(error).toBeInstanceOf(StreamTableReadOnlyError);
      expect(error).toMatchObject({ ...READ_ONLY, operation });
      expect((error as Error).cause).toBeInstanceOf(Error);
    }
    expect(await prisma.$queryRaw`SELECT ${'x'} AS x`).toEqual([{ x: 'x' }]);
  });

  it('leaves every other error as Prisma made it', async () => {
    const prisma = guarded();
    await expect(prisma.$queryRaw`SELECT 1 / ${0}::int`).rejects.toBeInstanceOf(Prisma.PrismaClientKnownRequestError);
    await expect(prisma.note.create({ data: { id: 2, text: null as never } })).rejects.toBeInstanceOf(
      Prisma.PrismaClientValidationError,
    );
  });
});

function guarded() {
  return openInTest(url).client.$extends(streamTables());
}
