import type { EmulatorOptions } from '@pgstream/emulator';

/** What `PGSTREAM_TEST_EXTENSION` asks for: `pg_stream`, `pg_trickle`, or a version of that, `pg_trickle@0.67`. */
export interface AskedExtension {
  readonly name: 'pg_stream' | 'pg_trickle';
  /** Of the emulator's. Undefined for its newest. */
  readonly version: string | undefined;
}

/** Undefined where nothing is asked for: pg_stream on the emulator, and what a server that was named has. */
export function askedExtension(): AskedExtension | undefined {
  const asked = process.env['PGSTREAM_TEST_EXTENSION'];
  if (!asked) return undefined;
  const [, name, version] = /^(pg_stream|pg_trickle)(?:@(.+))?$/.exec(asked) ?? [];
  if (name !== 'pg_stream' && name !== 'pg_trickle') {
    throw new Error(
      `PGSTREAM_TEST_EXTENSION is pg_stream, pg_trickle or a version of it as pg_trickle@0.67, not ${asked}.`,
    );
  }
  return { name, version };
}

/** What an emulator is started with, so that it is that extension. */
export function asAsked(): Pick<EmulatorOptions, 'extension' | 'version'> {
  const asked = askedExtension();
  if (asked === undefined) return {};
  // A version that there is no emulation of is refused by the emulator, in its words.
  const version = asked.version as EmulatorOptions['version'];
  return { extension: asked.name, ...(version !== undefined && { version }) };
}
