/** What the original's scheduler is called in pg_stat_activity; there as a backend_type, which SQL cannot have. */
export const applicationName = 'pg_stream scheduler';
