/** What `@db.…` is called by PostgreSQL, where that is not the same word in small letters. */
const NAMES: Readonly<Record<string, string>> = {
  Timestamp: 'timestamp without time zone',
  Timestamptz: 'timestamp with time zone',
  Time: 'time without time zone',
  Timetz: 'time with time zone',
  DoublePrecision: 'double precision',
  VarChar: 'character varying',
  Char: 'character',
  VarBit: 'bit varying',
  Decimal: 'numeric',
};

/** The type of PostgreSQL that `@db.Timestamptz(6)` names, by its word alone: lengths and precisions are not compared. */
export function typeOfPostgres(nativeType: string): string {
  return NAMES[nativeType] ?? nativeType.toLowerCase();
}
