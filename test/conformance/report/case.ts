/** Where a test of the suite belongs in the table. */
export interface Case {
  /** The column: ORM and database driver. */
  readonly subject: string;
  readonly section: string;
  /** The line: a test, or a group of tests of which every ORM has its own. */
  readonly name: string;
  /** As `cannot` names it. */
  readonly id: string;
}

/** From the names of the suites around a test, the outermost first, and its own. */
export function caseOf([subject = '', section = '', name = '']: readonly string[]): Case {
  return { subject, section, name, id: `${section}: ${name}` };
}
