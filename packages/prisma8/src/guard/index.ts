export { isCollection, type Collection, type CollectionClass } from './collection.ts';
export { explaining } from './explained.ts';
export { guardedClass, ownClass } from './guarded-class.ts';
export { guardMiddleware } from './middleware.ts';
