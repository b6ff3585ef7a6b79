/** What is used of it here has the types of its next release. */
declare module 'express-4' {
  export { default } from 'express';
}
