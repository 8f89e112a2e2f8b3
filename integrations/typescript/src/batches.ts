/** Comments of any number, divided into calls that the service takes. */

import { CallTooLargeError, UnexpectedAnswerError, type Answer } from "./errors.js";
import { exchange, now } from "./exchange.js";
import type { CheckedOptions } from "./options.js";
import type { components } from "./schema.js";
import type { Comment, Judgement, UnjudgedComment } from "./types.js";

export type ModerateAnswer = components["schemas"]["ModerateAnswer"];

/** Fields of a call besides its comments. */
export type CallFields = Omit<components["schemas"]["ModerateRequest"], "comments" | "store">;

/** How much one call may hold: what the client was told, or less where the service has shown that it takes less. */
export class Limits {
  comments: number;
  bodyBytes: number;

  constructor(options: CheckedOptions) {
    this.comments = options.maxComments;
    this.bodyBytes = options.maxBodyBytes;
  }

  /** Takes from a call that was too large that half of it may be right. */
  learn(error: CallTooLargeError, comments: number, bodyBytes: number): void {
    if (error.code === "too-many-comments") this.comments = Math.min(this.comments, Math.max(1, Math.floor(comments / 2)));
    else this.bodyBytes = Math.min(this.bodyBytes, Math.max(1, Math.floor(bodyBytes / 2)));
  }
}

interface Encoded {
  readonly id: string | number;
  readonly content: string;
  readonly bytes: number;
}

const encoder = new TextEncoder();

/** Comments that wait to be sent, in order. */
export class Batches {
  readonly #head: string;
  readonly #limits: Limits;
  #waiting: Encoded[] = [];
  #bytes = 0;

  constructor(fields: CallFields, limits: Limits) {
    const stated = JSON.stringify(fields).slice(0, -1);
    this.#head = stated + (stated.length > 1 ? ',"comments":[' : '"comments":[');
    this.#limits = limits;
  }

  /** How many comments wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Whether there are enough comments for a call. */
  get isFull(): boolean {
    return this.length >= this.#limits.comments || this.#size(this.length, this.#bytes) >= this.#limits.bodyBytes;
  }

  /** Has a comment wait. */
  add(comment: Comment): void {
    const content = JSON.stringify(comment);
    const bytes = encoder.encode(content).length;
    this.#waiting.push({ id: comment.id, content, bytes });
    this.#bytes += bytes;
  }

  /** Returns the comments of the next call, at least one of them; they no longer wait. */
  take(): Encoded[] {
    let size = 0;
    let count = 0;
    for (const encoded of this.#waiting) {
      size += encoded.bytes;
      if (count > 0 && (count >= this.#limits.comments || this.#size(count + 1, size) > this.#limits.bodyBytes)) break;
      count++;
    }
    const taken = this.#waiting.splice(0, count);
    this.#bytes -= sum(taken);
    return taken;
  }

  /** Has comments that could not be sent together wait again, before all others. */
  putBack(taken: readonly Encoded[]): void {
    this.#waiting = [...taken, ...this.#waiting];
    this.#bytes += sum(taken);
  }

  /** Returns the body of the call with these comments, and how many bytes it has. */
  build(taken: readonly Encoded[]): { body: string; bytes: number } {
    const body = `${this.#head}${taken.map((encoded) => encoded.content).join(",")}]}`;
    return { body, bytes: this.#size(taken.length, sum(taken)) };
  }

  #size(comments: number, content: number): number {
    return encoder.encode(this.#head).length + content + comments + 1;
  }
}

function sum(taken: readonly Encoded[]): number {
  return taken.reduce((bytes, encoded) => bytes + encoded.bytes, 0);
}

/** What is decided about the comments of one call, and the answer; null in its place if there was nothing to send. */
export interface JudgedBatch {
  readonly judgements: readonly Judgement[];
  readonly answer: ModerateAnswer | null;
}

/**
 * Sends the comments that wait first, as many as the service takes at once; at least one has to wait.
 *
 * @param until - the moment after which nobody waits, by `now`; if undefined, the call has its own deadline.
 */
export async function judgeNext(
  batches: Batches,
  limits: Limits,
  options: CheckedOptions,
  until: number | undefined,
  signal: AbortSignal | undefined,
): Promise<JudgedBatch> {
  for (;;) {
    const taken = batches.take();
    const [first, second] = taken;
    const { body, bytes } = batches.build(taken);
    if (first && !second && bytes > options.maxBodyBytes) return { judgements: [tooLong(first)], answer: null };
    const ends = until ?? now() + options.deadline;
    try {
      const answer = readModerateAnswer(await exchange({ method: "POST", path: "/v1/moderate", body }, options, ends, signal));
      if (answer.decisions.length !== taken.length) {
        throw new UnexpectedAnswerError("the answer does not have one decision for each comment");
      }
      // In an answer halves of surrogate pairs are replaced, and large integers lose digits.
      const judgements = answer.decisions.map((decision, place) => ({ ...decision, id: taken[place]?.id ?? decision.id }));
      return { judgements, answer };
    } catch (error) {
      if (!(error instanceof CallTooLargeError)) throw error;
      if (first && !second) return { judgements: [tooLong(first)], answer: null };
      limits.learn(error, taken.length, bytes);
      batches.putBack(taken);
    }
  }
}

/** Reads the body of an answer as JSON; `check` says whether it is what was asked for. */
export function readAnswer<T>(answer: Answer, check: (document: Partial<T>) => boolean): T {
  let document: T | null = null;
  try {
    document = JSON.parse(answer.body) as T | null;
  } catch {
    // What was received is not repeated.
  }
  if (typeof document === "object" && document !== null && check(document)) return document;
  throw new UnexpectedAnswerError("the answer is not one of Tipstaff's: is the address right?", { status: answer.status });
}

function readModerateAnswer(answer: Answer): ModerateAnswer {
  return readAnswer<ModerateAnswer>(
    answer,
    ({ model, decisions }) => typeof model === "string" && Array.isArray(decisions) && decisions.every(isDecision),
  );
}

function isDecision(decision: unknown): boolean {
  return typeof decision === "object" && decision !== null && ("label" in decision || "error" in decision);
}

function tooLong(encoded: Encoded): UnjudgedComment {
  const detail = "The comment alone has more bytes than one call may have.";
  return { id: encoded.id, error: { type: "comment-too-long", detail } };
}
