/** SQL files are bundled as text: nothing is read from the package's folder at run time. */
declare module '*.sql' {
  const text: string;
  export default text;
}
