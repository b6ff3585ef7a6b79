import { classify } from '../classification/index.ts';
import type { Context } from '../context/index.ts';
import type { Dialect } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { resolveName, type QualifiedName, type StreamTableName } from '../name/index.ts';
import { LastingConnection } from './connection.ts';
import type { PgStreamEvent, PgStreamEventOf, RefreshEvent } from './event.ts';
import { EventBuffer } from './event-buffer.ts';
import { eventsPlan, type EventsOptions, type EventsPlan } from './options.ts';
import { readEvent } from './read-event.ts';
import { Session } from './session.ts';
import { Subscribers } from './subscribers.ts';
import type { Wakeups } from './wakeups.ts';

/**
 * What the extension tells, as it is heard by one connection.
 *
 * Iterate over it, or give it functions. Who iterates gets the events from when he began, and may be slow: up to
 * `highWaterMark` wait for him, the rest is dropped, and an event of the kind `overflow` stands in its place. Functions are
 * called at once, in the order of the events.
 *
 * A lost connection is opened again, with pauses (`disconnected`, `reconnected`); what was sent meanwhile is missed. It keeps
 * the process running until it is closed.
 *
 * **Nothing is told of the refreshes that somebody calls**, by refresh() or by SQL, but for FULL ones of stream tables with
 * triggers of yours (`full_refresh`): the scheduler alone notifies (contract A.7). `watch()` sees them all.
 */
export interface PgStreamEvents extends Wakeups, AsyncIterable<PgStreamEvent>, AsyncDisposable {
  /** `reconnecting` from when a connection is found to be lost until the next one listens. */
  readonly state: 'listening' | 'reconnecting' | 'closed';

  /**
   * Calls a function for each event of a kind. Its errors are for `onError`.
   *
   * @returns ends it: afterwards the function is not called any more
   */
  on<Kind extends Exclude<PgStreamEvent['kind'], 'overflow'>>(
    kind: Kind,
    handler: (event: PgStreamEventOf<Kind>) => unknown,
  ): () => void;

  /**
   * Calls a function when what was read of a stream table before may be out of date: the scheduler has refreshed it and found
   * something to do, or it is not known whether (`reconnected`, `unreadable`). For caches. Throws INVALID_NAME.
   *
   * @returns ends it: afterwards the function is not called any more
   * @example
   * events.onRefresh('order_totals', () => cache.delete('order_totals'));
   */
  onRefresh(table: StreamTableName, handler: (event: RefreshEvent) => unknown): () => void;

  /** Ends it, and everybody's iterating once he has what waits for him. Fulfilled when its connection is closed. */
  close(): Promise<void>;
}

/** See {@link PgStream.events}. */
export async function listenForEvents(context: Context, options: EventsOptions): Promise<PgStreamEvents> {
  const plan = eventsPlan(options);
  const { signal } = options;
  if (signal?.aborted) throw aborted(signal);
  const events = new Events(context.defaultSchema, await context.dialect(), options, plan);
  const abort = (): void => void events.close(signal && aborted(signal));
  signal?.addEventListener('abort', abort, { once: true });
  events.onClose = () => signal?.removeEventListener('abort', abort);
  if (signal?.aborted) abort();
  await events.started();
  return events;
}

function aborted(signal: AbortSignal): PgStreamError {
  return new PgStreamError('ABORTED', 'events() was aborted by its signal before it listened.', {
    operation: 'listen',
    cause: signal.reason,
  });
}

class Events implements PgStreamEvents {
  /** Called when it ends, however. */
  onClose: () => void = () => {};
  readonly #defaultSchema: string;
  readonly #dialect: Dialect;
  readonly #highWaterMark: number;
  readonly #connection: LastingConnection;
  readonly #subscribers: Subscribers<PgStreamEvent>;
  readonly #buffers = new Set<EventBuffer>();

  constructor(defaultSchema: string, dialect: Dialect, { listener, onError }: EventsOptions, plan: EventsPlan) {
    this.#defaultSchema = defaultSchema;
    this.#dialect = dialect;
    this.#highWaterMark = plan.highWaterMark;
    this.#subscribers = new Subscribers(onError);
    const channels = Object.values(dialect.channels);
    this.#connection = new LastingConnection((tell) => new Session(listener, channels, plan, tell), plan, {
      notification: (channel, payload) => this.#tell(readEvent(dialect, channel, payload, new Date())),
      lost: (error) => this.#tell({ kind: 'disconnected', at: new Date(), error: this.#classified(error) }),
      back: (since, until) => this.#tell({ kind: 'reconnected', at: until, since, until }),
    });
  }

  /** Rejected with a PgStreamError, and then it is closed. */
  async started(): Promise<void> {
    try {
      await this.#connection.started;
    } catch (error) {
      await this.close();
      throw this.#classified(error);
    }
  }

  get state(): PgStreamEvents['state'] {
    const { state } = this.#connection;
    return state === 'listening' || state === 'closed' ? state : 'reconnecting';
  }

  on<Kind extends PgStreamEvent['kind']>(kind: Kind, handler: (event: PgStreamEventOf<Kind>) => unknown): () => void {
    return this.#subscribers.add((event) => (isOf(kind, event) ? handler(event) : undefined));
  }

  onRefresh(table: StreamTableName, handler: (event: RefreshEvent) => unknown): () => void {
    const name = resolveName(table, this.#defaultSchema);
    return this.#subscribers.add((event) => (isRefresh(event, name) ? handler(event) : undefined));
  }

  onWakeup(table: StreamTableName | null, wake: () => void): () => void {
    const name = table === null ? null : resolveName(table, this.#defaultSchema);
    return this.#subscribers.add((event) => {
      if (isGap(event) || (name === null ? 'table' in event : isAbout(event, name))) wake();
    });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<PgStreamEvent, undefined> {
    const buffer = new EventBuffer(this.#highWaterMark, () => this.#buffers.delete(buffer));
    if (this.state === 'closed') buffer.end();
    else this.#buffers.add(buffer);
    return buffer;
  }

  async close(reason?: PgStreamError): Promise<void> {
    const closed = this.#connection.close(reason);
    this.onClose();
    this.#subscribers.clear();
    for (const buffer of this.#buffers) buffer.end();
    this.#buffers.clear();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #tell(event: PgStreamEvent): void {
    for (const buffer of this.#buffers) buffer.push(event);
    this.#subscribers.tell(event);
  }

  #classified(error: unknown): PgStreamError {
    return classify(error, { operation: 'listen', dialect: this.#dialect });
  }
}

function isOf<Kind extends PgStreamEvent['kind']>(kind: Kind, event: PgStreamEvent): event is PgStreamEventOf<Kind> {
  return event.kind === kind;
}

/** Whether anything may have been told and not heard. */
function isGap(event: PgStreamEvent): event is PgStreamEventOf<'reconnected' | 'unreadable'> {
  return event.kind === 'reconnected' || event.kind === 'unreadable';
}

function isAbout(event: PgStreamEvent, { schema, name }: QualifiedName): boolean {
  return 'table' in event && event.table?.name === name && event.table.schema === schema;
}

function isRefresh(event: PgStreamEvent, name: QualifiedName): event is RefreshEvent {
  if (isGap(event)) return true;
  const isOne = event.kind === 'full_refresh' || (event.kind === 'refresh_completed' && event.action !== 'NO_DATA');
  return isOne && isAbout(event, name);
}
