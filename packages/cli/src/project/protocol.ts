/** The ORMs whose tools can be asked. */
export type AskedOrm = 'drizzle' | 'prisma' | 'prisma8' | 'typeorm';

/** What the asked process is told first. */
export interface Question {
  readonly orm: AskedOrm;
  /** The folder of the project, absolute. */
  readonly folder: string;
  /** The configuration of drizzle-kit or Prisma, Prisma's schema, or what exports a DataSource; absolute. */
  readonly file: string;
}

/** What a model of the project says of a table. */
export interface DeclaredModel {
  readonly schema: string | null;
  readonly name: string;
  /** The names of the columns in the database, each with its type as SQL has it; null where the ORM does not tell. */
  readonly columns: readonly { readonly name: string; readonly type: string | null }[];
}

/** What the tool would do to the database, and what the models are. */
export interface Answer {
  readonly statements: readonly string[];
  readonly models: readonly DeclaredModel[];
}

/** A query that the tool has, with its parameters. */
export interface Query {
  readonly id: number;
  readonly text: string;
  readonly params: readonly unknown[];
}

/** What the process that asks is sent. */
export type FromAsked = { readonly query: Query } | { readonly answer: Answer } | { readonly failed: string };

/** The result of a query, as `pg` gives it. */
export interface QueryResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly rowCount: number | null;
  readonly command: string;
}

/** What the asked process is sent. */
export type ToAsked =
  | { readonly question: Question }
  | { readonly id: number; readonly result: QueryResult }
  | { readonly id: number; readonly error: { readonly message: string; readonly code?: string } };
