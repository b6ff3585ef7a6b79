import { extensionNamed } from '@pgstream/emulator';

/**
 * What `PGSTREAM_TEST_EXTENSION` asks for: `pg_stream`, `pg_trickle`, or a version of that, `pg_trickle@0.67`. Nothing where
 * it is not set: pg_stream on the emulator, and what a server that was named has.
 */
export const asked: ReturnType<typeof extensionNamed> = extensionNamed(process.env['PGSTREAM_TEST_EXTENSION']);
