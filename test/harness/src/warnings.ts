/** pg 8.17 and later warn, once in a process; pg 9 refuses. Each test file has a process of its own. */
const BUSY = 'Calling client.query() when the client is already executing a query';

const warnings: Error[] = [];

process.on('warning', (warning) => {
  if (warning.message.startsWith(BUSY)) warnings.push(warning);
});

/** Throws if pg has warned that a query was sent while another ran on its client. */
export async function throwIfWarned(): Promise<void> {
  const [warning] = warnings.splice(0);
  if (warning) {
    throw new Error(`A query was sent while another ran on the same client of pg: await each.\n${warning.stack}`);
  }
}
