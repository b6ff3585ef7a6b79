import type { Answer, Question, ToAsked } from '../protocol.ts';
import { send, settle } from './connection.ts';
import { askDrizzle } from './drizzle.ts';
import { type Loader, loaderOf } from './load.ts';
import { askPrisma } from './prisma.ts';
import { askPrisma8 } from './prisma8.ts';
import { askTypeorm } from './typeorm.ts';

const ASK: Readonly<Record<Question['orm'], (question: Question, loader: Loader) => Promise<Answer>>> = {
  drizzle: askDrizzle,
  prisma: askPrisma,
  prisma8: askPrisma8,
  typeorm: askTypeorm,
};

/** Waits for the question, and answers it: a process of its own, because what it loads is the project's. */
export function listen(): void {
  // Nobody waits for it any more: it ends, with what it has started.
  process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
  process.on('message', (message: ToAsked) => {
    if (!('question' in message)) return settle(message);
    ASK[message.question.orm](message.question, loaderOf(message.question.folder)).then(
      (answer) => send({ answer }),
      (error: unknown) => send({ failed: error instanceof Error ? error.message : String(error) }),
    );
  });
}
