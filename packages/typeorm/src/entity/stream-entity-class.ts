/** The class of a stream entity. */
// oxlint-disable-next-line typescript/no-explicit-any -- a constructor's parameters play no part
export type StreamEntityClass<Entity> = new (...args: any[]) => Entity;
