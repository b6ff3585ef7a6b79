/** pg 8.17 and later warn, once in a process; pg 9 refuses. Each test file has a process of its own. */
const BUSY = 'Calling client.query() when the client is already executing a query';

const warnings: Error[] = [];

let isExpected = false;

process.on('warning', (warning) => {
  if (warning.message.startsWith(BUSY) && !isExpected) warnings.push(warning);
});

/** For a test file about a library that does so by itself, whatever is done with it: TypeORM 0.3, when it saves relations. */
export function expectOverlappingQueries(): void {
  isExpected = true;
}

/** Throws if pg has warned that a query was sent while another ran on its client. */
export async function throwIfWarned(): Promise<void> {
  const [warning] = warnings.splice(0);
  if (warning) {
    throw new Error(`A query was sent while another ran on the same client of pg: await each.\n${warning.stack}`);
  }
}
