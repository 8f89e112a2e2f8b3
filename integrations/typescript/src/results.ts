/** What came of a call with several comments. */

import type { ModerateAnswer } from "./batches.js";
import type { Judgement } from "./types.js";

/** What is decided about several comments, in the order in which they were given. */
export class Judgements implements Iterable<Judgement> {
  readonly #judgements: readonly Judgement[];
  /** The version of the model that judged the last of them; undefined if nothing had to be judged. */
  readonly model: string | undefined;
  /** The name of the policy that led to the verdicts. */
  readonly policy: string | undefined;
  /** The community that the comments belong to, if they belong to one. */
  readonly community: string | undefined;

  constructor(judgements: readonly Judgement[], answer: ModerateAnswer | null) {
    this.#judgements = judgements;
    this.model = answer?.model;
    this.policy = answer?.policy;
    this.community = answer?.community;
  }

  /** How many comments there were. */
  get length(): number {
    return this.#judgements.length;
  }

  /** Returns the judgement at a place, from the end if it is negative. */
  at(place: number): Judgement | undefined {
    return this.#judgements.at(place);
  }

  [Symbol.iterator](): Iterator<Judgement> {
    return this.#judgements[Symbol.iterator]();
  }

  /**
   * What is decided about each comment, by its id; a comment that was given as a bare text has its place, from 0, as its id.
   *
   * @throws RangeError - two comments have the same id, so that one of them would be lost.
   */
  get byId(): ReadonlyMap<string | number, Judgement> {
    const found = new Map(this.#judgements.map((judgement) => [judgement.id, judgement]));
    if (found.size === this.length) return found;
    throw new RangeError("two comments have the same id: go through the judgements in their order instead");
  }
}
