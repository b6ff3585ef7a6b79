#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { init } from './init/index.ts';

const USAGE = `Usage: pgstream-metrics init [folder] [--force]

Copies the files for postgres_exporter, Prometheus, Grafana and Docker Compose into a folder: ./monitoring, if none is named.
  --force  also over files that are there and have been changed`;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { force: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  });
  const [command, folder = 'monitoring', ...rest] = positionals;
  if (values.help) {
    console.log(USAGE);
  } else if (command !== 'init' || rest.length > 0) {
    console.error(USAGE);
    process.exitCode = 2;
  } else {
    const { written, kept } = await init(folder, { force: values.force });
    for (const file of written) console.log(`written  ${file}`);
    for (const file of kept) console.log(`kept     ${file} (it differs: --force writes over it)`);
    if (kept.length > 0) process.exitCode = 1;
  }
} catch (error) {
  console.error(`pgstream-metrics: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
