import type { ValueTransformer } from 'typeorm';

/** PostgreSQL counts in `bigint`, which TypeORM gives as text. These counts fit into a number. */
export const wholeNumber: ValueTransformer = { from: Number, to: (value: number) => value };
