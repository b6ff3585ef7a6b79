/** A superuser's URL. There is no password: the server trusts whoever reaches it, and listens on 127.0.0.1 only. */
export function databaseUrl(port: number, database: string): string {
  return `postgres://postgres@127.0.0.1:${port}/${database}`;
}
