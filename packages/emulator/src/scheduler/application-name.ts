import type { Extension } from '../sql/index.ts';

/** What the original's scheduler is called in pg_stat_activity; there as a backend_type, which SQL cannot have. */
export function applicationName({ name }: Extension): string {
  return `${name} scheduler`;
}
