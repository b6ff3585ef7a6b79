/** A name as an identifier of SQL, as PostgreSQL's dialect of Drizzle quotes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
