/** Something that could be the next word. */
export interface Offer {
  readonly value: string;
  /** One line on it. */
  readonly says: string;
}
