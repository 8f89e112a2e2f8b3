/** The client. */

import { Batches, Limits, judgeNext, readAnswer, type CallFields, type JudgedBatch, type ModerateAnswer } from "./batches.js";
import { TipstaffError, UnexpectedAnswerError } from "./errors.js";
import { exchange, now, send, type Call } from "./exchange.js";
import { checkOptions, type CheckedOptions, type ClientOptions } from "./options.js";
import { Judgements } from "./results.js";
import type { Comment, CommentOrText, Comments, Format, Judgement, Label, RecordedRuling, ServedModel } from "./types.js";

/** What may be said with comments that are to be judged. */
export interface ModerateOptions {
  /** The name of the policy that leads to the verdicts. */
  readonly policy?: string | undefined;
  /** The community that the comments belong to. */
  readonly community?: string | undefined;
  /** The version that is to judge, such as `default@3f2a9c1d04be`, if no other will do. */
  readonly model?: string | undefined;
  /** Whether to tell what moved the scores. */
  readonly explain?: boolean | undefined;
  /** How the texts are written, where a comment does not say so itself. */
  readonly format?: Format | undefined;
  /** Their language (BCP 47), in the same way. */
  readonly language?: string | undefined;
  /** The text of what they answer, in the same way. */
  readonly parent_text?: string | undefined;
  /** The title of what they comment on, in the same way. */
  readonly title?: string | undefined;
  /** Seconds for all of them together; if absent, each batch has the deadline of the client. */
  readonly deadline?: number | undefined;
  /** Ends the call at once, with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

/** What may be said with a ruling. */
export interface RulingOptions {
  /** Who rules; counts as a person if the key has the role `moderator` or a higher one. */
  readonly moderator?: string | undefined;
  /** Why, in a word of your own; `spam`, `advertising`, `off_topic`, `duplicate` and the like teach nothing about abuse. */
  readonly reason?: string | undefined;
  /** The community that the comment belongs to. */
  readonly community?: string | undefined;
  /** Your own name for this act, which counts once however often it is sent; if absent, the client makes one for the call. */
  readonly act?: string | undefined;
  /** Why the comment came before a moderator, such as `reported` or `sampled`. */
  readonly why?: string | undefined;
  /** How probable it was that it would, where chance decided. */
  readonly sampling_probability?: number | undefined;
  /** Ends the call at once, with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

/** Calls Tipstaff. Make one and keep it: any number of calls may run at once. */
export class Client {
  readonly #options: CheckedOptions;
  readonly #limits: Limits;

  /** @throws ConfigurationError - the address is none, the key cannot be sent, or a number is out of its range. */
  constructor(options: ClientOptions = {}) {
    this.#options = checkOptions(options);
    this.#limits = new Limits(this.#options);
  }

  /**
   * Has comments judged: one, or any number, which are sent in as many calls as it takes, one after the other.
   *
   * A comment without text, or with too much of it, has an `error` in its judgement; nothing is thrown for it.
   *
   * @param comments - a comment, its text, or an iterable of these, which may be asynchronous.
   * @returns for one comment what is decided about it, for several all judgements.
   * @throws TipstaffError - a call failed; its class says how.
   */
  moderate(comments: CommentOrText, options?: ModerateOptions): Promise<Judgement>;
  moderate(comments: Comments, options?: ModerateOptions): Promise<Judgements>;
  async moderate(comments: CommentOrText | Comments, options: ModerateOptions = {}): Promise<Judgement | Judgements> {
    const isSingle = typeof comments === "string" || "text" in comments;
    const judgements: Judgement[] = [];
    let last: ModerateAnswer | null = null;
    for await (const batch of this.#judgeBatches(isSingle ? [comments] : comments, options)) {
      for (const judgement of batch.judgements) judgements.push(judgement);
      last = batch.answer ?? last;
    }
    const [first] = judgements;
    return isSingle && first ? first : new Judgements(judgements, last);
  }

  /**
   * Has comments judged batch by batch while they are read, so that neither they nor the judgements have to fit into memory.
   *
   * @throws TipstaffError - a call failed; what was yielded before stays true.
   */
  async *stream(comments: Comments, options: ModerateOptions = {}): AsyncGenerator<Judgement, void, undefined> {
    for await (const batch of this.#judgeBatches(comments, options)) yield* batch.judgements;
  }

  /**
   * Tells the service what a moderator says about a comment, for a later training.
   *
   * The key has to allow feedback; whose word the ruling is, is a matter of the role of the key.
   *
   * @param label - what the comment is; null, with a reason, if this is no matter of abuse.
   * @returns the id of the act, and whether it had been stored before.
   * @throws TipstaffError - the call failed.
   */
  async sendRuling(comment: CommentOrText, label: Label | null, options: RulingOptions = {}): Promise<RecordedRuling> {
    if (label !== null && !["fine", "toxic", "hateful"].includes(label)) {
      throw new TypeError('label has to be "fine", "toxic" or "hateful", or null with a reason');
    }
    const { signal, ...stated } = options;
    const said = toComment(comment, 0, {});
    const ruling = {
      comment: typeof comment === "string" ? nameText(comment) : said.id,
      text: said.text,
      format: said.format,
      language: said.language,
      author: said.author,
      label,
      ...stated,
      // Tried again, the call is the same act of the moderator.
      act: stated.act ?? randomName(),
    };
    const answer = await this.#ask({ method: "POST", path: "/v1/rulings", body: JSON.stringify({ rulings: [ruling] }) }, signal);
    const { rulings } = readAnswer<{ rulings: RecordedRuling[] }>(
      answer,
      (fields) => Array.isArray(fields.rulings) && typeof fields.rulings[0]?.act === "string",
    );
    return rulings[0] as RecordedRuling;
  }

  /** Asks which model judges. */
  async model(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<ServedModel> {
    const answer = await this.#ask({ method: "GET", path: "/v1/model" }, options.signal);
    return readAnswer<ServedModel>(answer, ({ version, labels }) => typeof version === "string" && Array.isArray(labels));
  }

  /**
   * Asks once whether comments can be judged; false, too, if there is no connection.
   *
   * @throws UnexpectedAnswerError - what answered is not Tipstaff.
   */
  async ready(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<boolean> {
    const outcome = await send({ method: "GET", path: "/readyz" }, this.#options, this.#options.timeout, options.signal);
    const status = outcome instanceof TipstaffError ? 503 : outcome.status;
    if (![200, 429, 502, 503, 504].includes(status)) {
      throw new UnexpectedAnswerError(`/readyz is answered ${status}: is the address right?`, { status });
    }
    return status === 200;
  }

  #ask(call: Call, signal: AbortSignal | undefined): ReturnType<typeof exchange> {
    return exchange(call, this.#options, now() + this.#options.deadline, signal);
  }

  async *#judgeBatches(comments: Comments, options: ModerateOptions): AsyncGenerator<JudgedBatch, void, undefined> {
    const batches = new Batches(callFields(options), this.#limits);
    const until = options.deadline === undefined ? undefined : now() + options.deadline;
    const next = (): Promise<JudgedBatch> => judgeNext(batches, this.#limits, this.#options, until, options.signal);
    let place = 0;
    for await (const comment of comments) {
      batches.add(toComment(comment, place++, options));
      while (batches.isFull) yield await next();
    }
    while (batches.length > 0) yield await next();
  }
}

function callFields({ policy, community, model, explain }: ModerateOptions): CallFields {
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(community === undefined ? {} : { community }),
    ...(model === undefined ? {} : { model }),
    ...(explain ? { explain } : {}),
  };
}

/** Returns a comment with what it does not say filled in; a text alone gets its place as its id. */
function toComment(comment: CommentOrText, place: number, options: ModerateOptions): Comment {
  const said: Comment = typeof comment === "string" ? { id: place, text: comment } : comment;
  if (typeof said !== "object" || said === null || typeof said.text !== "string") {
    throw new TypeError(`comment ${place} is neither a string nor an object with a text`);
  }
  const filled: Comment = { ...said };
  if (filled.format == null && options.format !== undefined) filled.format = options.format;
  for (const name of ["language", "parent_text", "title"] as const) {
    const value = options[name];
    if (filled[name] == null && value !== undefined) filled[name] = value;
  }
  return filled;
}

/** Returns a name that nothing else has; `crypto.randomUUID` is missing in pages that came by HTTP. */
function randomName(): string {
  return Array.from({ length: 4 }, () => Math.floor(Math.random() * 2 ** 32).toString(16).padStart(8, "0")).join("");
}

/** Returns the name of a comment of which nothing is known but its text: two hashes (FNV-1a) of its code units, and their number. */
function nameText(text: string): string {
  let first = 0x811c9dc5;
  let second = 0x01000193;
  for (let place = 0; place < text.length; place++) {
    first = Math.imul(first ^ text.charCodeAt(place), 0x01000193) >>> 0;
    second = Math.imul(second ^ text.charCodeAt(text.length - 1 - place), 0x01000193) >>> 0;
  }
  return `text-${first.toString(16)}${second.toString(16)}-${text.length}`;
}
