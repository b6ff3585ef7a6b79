import { explainWriteError } from '@pgstream/core';

/**
 * A query that was sent, with the server's own refusals told in our words: a write that only the server could see to be one
 * to a stream table (in a function, a trigger), and one whose change could not be captured. Every other error passes.
 */
export async function explained(result: unknown, operation: string): Promise<unknown> {
  try {
    return await result;
  } catch (error) {
    throw explainWriteError(error, { operation }) ?? error;
  }
}
