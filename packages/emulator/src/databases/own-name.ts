/** What our own connections are called in pg_stat_activity, but for the scheduler's. */
export const ownName = '@pgstream/emulator';
