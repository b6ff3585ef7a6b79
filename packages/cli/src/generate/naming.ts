import { camelCase, pascalCase } from 'change-case';

/** How names of the database are written in code: `customerId`, `OrderTotals`. */
export type Style = 'camelCase' | 'PascalCase';

/** What may stand in an identifier: of TypeScript, or of Prisma's schema, which takes ASCII alone. */
export type Alphabet = 'unicode' | 'ascii';

const OTHER = { unicode: /[^\p{ID_Continue}$]/gu, ascii: /[^A-Za-z0-9_]/g } as const;
const BEGINNING = { unicode: /^[\p{ID_Start}$_]/u, ascii: /^[A-Za-z]/ } as const;

/** Gives names out, each once: to a second one that would be the same a number is added. */
export class Names {
  readonly #taken: Set<string>;
  readonly #style: Style;
  readonly #alphabet: Alphabet;
  readonly #otherwise: string;

  /**
   * @param otherwise what a name without a usable letter is called, and what stands before one that begins with none
   * @param reserved what cannot be used
   */
  constructor(style: Style, alphabet: Alphabet, otherwise: string, reserved: Iterable<string> = []) {
    this.#style = style;
    this.#alphabet = alphabet;
    this.#otherwise = otherwise;
    this.#taken = new Set(reserved);
  }

  give(name: string): string {
    const wanted = this.#identifier(name);
    for (let number = 1; ; number += 1) {
      const given = number === 1 ? wanted : `${wanted}${number}`;
      if (this.#taken.has(given)) continue;
      this.#taken.add(given);
      return given;
    }
  }

  #identifier(name: string): string {
    const style = this.#style === 'camelCase' ? camelCase : pascalCase;
    // An ö is an o to who has no ö.
    const spelt = this.#alphabet === 'ascii' ? name.normalize('NFKD').replaceAll(/\p{M}/gu, '') : name;
    const cased = style(spelt).replaceAll(OTHER[this.#alphabet], '');
    return BEGINNING[this.#alphabet].test(cased) ? cased : `${this.#otherwise}${cased.replace(/^_+/, '')}`;
  }
}
