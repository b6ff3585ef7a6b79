/** The bundler puts the text of an imported `.sql` file in place. */
declare module '*.sql' {
  const text: string;
  export default text;
}
