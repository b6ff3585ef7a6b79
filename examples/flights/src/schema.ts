import { pgStreamTable } from '@pgstream/drizzle';
import { bigint, doublePrecision, integer, numeric, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** What the application writes. */
export const airports = pgTable('airports', {
  iata: text().primaryKey(),
  name: text().notNull(),
  city: text(),
  state: text(),
  latitude: doublePrecision().notNull(),
  longitude: doublePrecision().notNull(),
});

export const flights = pgTable('flights', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  scheduledAt: timestamp('scheduled_at', { mode: 'string' }).notNull(),
  origin: text()
    .notNull()
    .references(() => airports.iata),
  destination: text()
    .notNull()
    .references(() => airports.iata),
  /** Minutes after the scheduled time; negative when early. */
  delay: integer().notNull(),
  /** Miles. */
  distance: integer().notNull(),
});

/** What the application only reads: the extension keeps these two. */
export const originDelays = pgStreamTable('origin_delays', {
  origin: text().notNull(),
  flights: bigint({ mode: 'number' }).notNull(),
  lateFlights: bigint('late_flights', { mode: 'number' }).notNull(),
  totalDelay: bigint('total_delay', { mode: 'number' }).notNull(),
});

export const stateDelays = pgStreamTable('state_delays', {
  state: text().notNull(),
  airports: bigint({ mode: 'number' }).notNull(),
  flights: numeric({ mode: 'number' }).notNull(),
  meanDelay: numeric('mean_delay', { mode: 'number' }).notNull(),
});
