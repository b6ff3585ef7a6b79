export type {
  AutoSuspendedEvent,
  BufferGrowthWarningEvent,
  CdcTransitionEvent,
  ConnectionEvent,
  DisconnectedEvent,
  FullRefreshEvent,
  NoUpstreamChangesEvent,
  OtherEvent,
  OverflowEvent,
  PgStreamEvent,
  PgStreamEventOf,
  ReconnectedEvent,
  RefreshCompletedEvent,
  RefreshEvent,
  RefreshFailedEvent,
  ReinitializeNeededEvent,
  ResumedEvent,
  StaleDataEvent,
  StreamTableEvent,
  UnreadableEvent,
} from './event.ts';
export { listenForEvents, type PgStreamEvents } from './events.ts';
export type { EventsOptions } from './options.ts';
export { Subscribers, type OnError } from './subscribers.ts';
export type { Wakeups } from './wakeups.ts';
