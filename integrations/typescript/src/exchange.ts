/** What happens between a call and its answer: attempts, waits and the deadline. */

import { DeadlineError, ServiceUnreachableError, TipstaffError, errorOfAnswer, type Answer } from "./errors.js";
import type { CheckedOptions } from "./options.js";

/** A call: its method, its path below the address of the service, and its body as JSON. */
export interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: string;
}

const FIRST_WAIT = 0.1;
const LONGEST_WAIT = 8;

/** Returns the present moment, in seconds of a clock that nobody sets. */
export function now(): number {
  return performance.now() / 1000;
}

/**
 * Sends a call, which has to mean the same however often it is sent, until it succeeds, must not be tried again, or there is no
 * time left.
 *
 * @param until - the moment after which nobody waits, by `now`.
 * @param signal - ends the call at once, with its own reason.
 * @returns the first answer with success.
 * @throws TipstaffError - what the last attempt ended with.
 */
export async function exchange(call: Call, options: CheckedOptions, until: number, signal?: AbortSignal): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    const left = until - now();
    if (left <= 0) throw new DeadlineError("the deadline was over before the call could be sent");
    const outcome = await send(call, options, Math.min(options.timeout, left), signal);
    if (!(outcome instanceof TipstaffError) && outcome.status >= 200 && outcome.status < 300) return outcome;
    const error = outcome instanceof TipstaffError ? outcome : errorOfAnswer(outcome);
    const wait = chooseWait(attempt, error.retryAfter);
    if (!error.retryable || attempt >= options.retries || now() + wait >= until) throw error;
    await pause(wait, signal);
  }
}

/** Sends a call once, and waits for its whole answer for some seconds at most. */
export async function send(call: Call, options: CheckedOptions, timeout: number, signal?: AbortSignal): Promise<Answer | TipstaffError> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, timeout * 1000);
  signal?.addEventListener("abort", abort, { once: true });
  let reason = "";
  try {
    const response = await options.fetch(options.url + call.path, {
      method: call.method,
      headers: buildHeaders(call, options, timeout),
      body: call.body ?? null,
      signal: controller.signal,
      redirect: "manual",
      credentials: "omit",
      cache: "no-store",
    });
    const { status, headers } = response;
    const body = await response.text();
    return { status, mediaType: headers.get("content-type") ?? "", retryAfter: headers.get("retry-after"), body };
  } catch (error) {
    reason = describe(error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
  signal?.throwIfAborted();
  // The error of the platform is not kept: it may hold what was sent or received.
  if (controller.signal.aborted) return new DeadlineError(`no answer from ${options.url} in time`);
  return new ServiceUnreachableError(`no answer from ${options.url}${reason}`);
}

function buildHeaders(call: Call, options: CheckedOptions, timeout: number): Record<string, string> {
  const headers: Record<string, string> = { Accept: "application/json" };
  headers["X-Request-Timeout"] = `${Math.max(1, Math.floor(timeout * 1000))}ms`;
  if (call.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.key !== undefined) headers["Authorization"] = `Bearer ${options.key}`;
  return headers;
}

/** Returns the code that Node has for why there is no answer, such as ECONNREFUSED. */
function describe(error: unknown): string {
  const code: unknown = (error as { cause?: { code?: unknown } } | undefined)?.cause?.code;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? ` (${code})` : "";
}

/**
 * Returns the seconds to wait: twice as long each time, by chance up to half less, and never less than the service asks for.
 * However many clients were refused at the same moment, chance keeps them from coming back at the same moment.
 */
function chooseWait(attempt: number, retryAfter: number | undefined): number {
  const backoff = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt);
  if (retryAfter !== undefined && retryAfter >= backoff / 2) {
    return retryAfter + Math.random() * Math.max(backoff, retryAfter / 4);
  }
  return (backoff / 2) * (1 + Math.random());
}

function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, seconds * 1000);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
