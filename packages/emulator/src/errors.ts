/** Whatever keeps the emulator from doing what it was asked: a sentence that tells what to do next. */
export class EmulatorError extends Error {
  override readonly name = 'EmulatorError';
}

/** Whether an error of Node's or PostgreSQL's has this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
