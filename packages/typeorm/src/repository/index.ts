export { streamRepository, type StreamQueryBuilder, type StreamRepository } from './stream-repository.ts';
