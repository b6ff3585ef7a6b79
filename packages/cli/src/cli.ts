#!/usr/bin/env node
import { EXIT } from './exit/index.ts';
import { main } from './main.ts';

// A URL on the command line may hold a password: whoever lists the processes sees this instead.
process.title = 'pgstream';
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `pgstream list | head`: nobody reads on, and that is no error.
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`pgstream: The result cannot be written: ${error.message}.\n`);
  process.exit(EXIT.failed);
});

process.exitCode = await main(process.argv);
// A connection with a statement under way is still open, and so may be one of a module that declares stream tables: these would be
// waited for.
await Promise.all([process.stdout, process.stderr].map(written));
process.exit();

/** Waits until all is written: who reads may be slower. */
async function written(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
}
