import type { Extension, ExtensionSetupResult, PGliteInterface } from '@electric-sql/pglite';
import { extensionSettings } from './extension-settings.ts';
import { type Extension as EmulatedExtension, type ExtensionChoice, extensionOf } from './sql/index.ts';

/** What of Emscripten's module the files are written with. */
interface EmscriptenModule {
  readonly WASM_PREFIX: string;
  readonly FS: { mkdirTree(path: string): void; writeFile(path: string, text: string): void };
}

/**
 * pg_stream's SQL API for PGlite, PostgreSQL inside of the process: once PGlite is ready, the extension is created. For
 * development and tests.
 *
 * ```ts
 * const pg = await PGlite.create({ extensions: { pgstream: pgstreamEmulator() } });
 * await pg.query(`SELECT pgstream.create_stream_table($1, $2)`, ['public.totals', 'SELECT …']);
 * ```
 *
 * PGlite is one connection: there is no scheduler, nobody else to be busy or to wait for, and only its own `listen` hears
 * notifications. The README says more.
 */
export function pgstreamEmulator(options: ExtensionChoice = {}): Extension {
  const extension = extensionOf(options);
  return { name: extension.name, setup: (...given) => setup(extension, ...given) };
}

// Written into PGlite's own file system: a bundle would have to be a file on disk, or a URL that can be fetched.
async function setup(
  extension: EmulatedExtension,
  pg: PGliteInterface,
  emscriptenOpts: { preRun?: unknown[] },
  clientOnly = false,
): Promise<ExtensionSetupResult> {
  // The database is in a worker, which has the extension itself.
  if (clientOnly) return {};
  return {
    emscriptenOpts: {
      ...emscriptenOpts,
      preRun: [...(emscriptenOpts.preRun ?? []), (module: EmscriptenModule) => writeFiles(module, extension)],
    },
    async init() {
      for (const [name, value] of Object.entries(extensionSettings(extension.name))) {
        await pg.query('SELECT set_config($1, $2, false)', [name, value]);
      }
      await pg.exec(`CREATE EXTENSION IF NOT EXISTS ${extension.name}`);
    },
  };
}

function writeFiles(
  { FS, WASM_PREFIX }: EmscriptenModule,
  { name, version, controlFile, installScript }: EmulatedExtension,
): void {
  const folder = `${WASM_PREFIX}/share/postgresql/extension`;
  FS.mkdirTree(folder);
  FS.writeFile(`${folder}/${name}.control`, controlFile);
  FS.writeFile(`${folder}/${name}--${version}.sql`, installScript);
}
