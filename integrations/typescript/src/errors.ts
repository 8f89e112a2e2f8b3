/** What can go wrong with a call. No error holds the text of a comment, or a key. */

import type { FieldError } from "./types.js";

/** What is known of a call that failed. */
export interface ErrorFacts {
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly retryAfter?: number | undefined;
}

/** A call was not answered as it should have been; its subclasses say how. */
export class TipstaffError extends Error {
  /** The HTTP status of the answer; undefined if there was none. */
  readonly status: number | undefined;
  /** The kind of the problem as the service names it, such as `overloaded` or `wrong-fields`. */
  readonly code: string | undefined;
  /** What the service says about it. */
  readonly detail: string | undefined;
  /** The fields of the call that are wrong, if the service names any. */
  readonly errors: readonly FieldError[];
  /** The seconds after which the service may be called again, if it says so. */
  readonly retryAfter: number | undefined;

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message);
    this.name = new.target.name;
    this.status = facts.status;
    this.code = facts.code;
    this.detail = facts.detail;
    this.errors = facts.errors ?? [];
    this.retryAfter = facts.retryAfter;
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    return false;
  }
}

class PassingError extends TipstaffError {
  override get retryable(): boolean {
    return true;
  }
}

/** The client was made with an address, a key or a limit that cannot be right. */
export class ConfigurationError extends TipstaffError {}
/** There is no key, or the service does not know it (401). */
export class AuthenticationError extends TipstaffError {}
/** The key does not allow this call, or the page that calls is not let in (403). */
export class PermissionDeniedError extends TipstaffError {}
/** The call is wrong, and would be so again (400, 404, 415, 422 and others): `errors` names the fields. */
export class InvalidRequestError extends TipstaffError {}
/** There is more in the call than the service takes at once (413); batches are made smaller by themselves. */
export class CallTooLargeError extends InvalidRequestError {}
/** There were too many calls (429). */
export class RateLimitError extends PassingError {}
/** The service is being started, is being stopped, or has more to judge than it can (502, 503). */
export class OverloadedError extends PassingError {}
/** The time for the call was over before there was an answer (504, or no answer at all). */
export class DeadlineError extends PassingError {}
/** The service made a mistake (500). */
export class ServiceFaultError extends TipstaffError {}
/** There is no connection to the service, or it broke. */
export class ServiceUnreachableError extends PassingError {}
/** Something answered that is not Tipstaff, or an address of it that is not this one. */
export class UnexpectedAnswerError extends TipstaffError {}

/** An answer. */
export interface Answer {
  readonly status: number;
  readonly mediaType: string;
  readonly retryAfter: string | null;
  readonly body: string;
}

const CLASSES: Readonly<Record<number, typeof TipstaffError>> = {
  401: AuthenticationError,
  403: PermissionDeniedError,
  408: ServiceUnreachableError,
  413: CallTooLargeError,
  429: RateLimitError,
  500: ServiceFaultError,
  502: OverloadedError,
  503: OverloadedError,
  504: DeadlineError,
};
const PROBLEM_TYPE = /^\S*\/docs#([a-z0-9-]{1,40})$/;
const LONGEST_RETRY_AFTER = 24 * 3600;

/**
 * Returns the error that an answer without success means. Nothing of its body is repeated unless it is a problem document of
 * Tipstaff's, for others may quote the call.
 */
export function errorOfAnswer(answer: Answer): TipstaffError {
  const { status } = answer;
  const problem = answer.mediaType.startsWith("application/problem+json") ? readProblem(answer.body) : {};
  const message = `the service answered ${status}` + (problem.detail === undefined ? "" : `: ${problem.detail}`);
  const facts = { status, ...problem, retryAfter: readRetryAfter(answer.retryAfter) };
  const fallback = status >= 500 ? ServiceFaultError : status >= 400 ? InvalidRequestError : UnexpectedAnswerError;
  const kind = isUnknownKey(answer) ? AuthenticationError : (CLASSES[status] ?? fallback);
  return new kind(message, facts);
}

function readProblem(body: string): ErrorFacts {
  const document = readObject(body);
  const match = PROBLEM_TYPE.exec(String(document["type"]));
  if (match === null) return {};
  const { detail, errors } = document;
  const entries: unknown[] = Array.isArray(errors) ? errors : [];
  return {
    code: match[1],
    detail: typeof detail === "string" ? detail : undefined,
    errors: entries.filter(isObject).map((entry) => ({ field: String(entry["field"]), detail: String(entry["detail"]) })),
  };
}

/** Tells whether an answer in Perspective's form says that the key is not known, which is 400 there. */
function isUnknownKey(answer: Answer): boolean {
  const error = answer.status === 400 ? readObject(answer.body)["error"] : undefined;
  const details = isObject(error) && Array.isArray(error["details"]) ? (error["details"] as unknown[]) : [];
  return details.some((entry) => isObject(entry) && entry["reason"] === "API_KEY_INVALID");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readObject(body: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(body);
    return isObject(document) ? document : {};
  } catch {
    return {};
  }
}

/** Returns the seconds that a header asks to wait, which it says as a number or as a date; undefined if it says nothing of use. */
function readRetryAfter(value: string | null): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text), LONGEST_RETRY_AFTER);
  const moment = /^[A-Za-z]/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(moment) ? undefined : Math.min(Math.max((moment - Date.now()) / 1000, 0), LONGEST_RETRY_AFTER);
}
