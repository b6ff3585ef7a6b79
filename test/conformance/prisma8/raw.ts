import type { Db } from './client.ts';

/** A statement of one's own, as Prisma's tag makes it. Rows come as the driver gives them. */
export function rawOf(db: Db, text: string): object {
  return db.raw.sql(templateOf(text)).affectedCount().build();
}

/** A text as a template without values. */
export function templateOf(...strings: readonly string[]): TemplateStringsArray {
  return Object.assign([...strings], { raw: strings });
}
