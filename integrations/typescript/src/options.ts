/** How a client calls: where, with which key, how long and how often. */

import { ConfigurationError } from "./errors.js";

/** What a client may be told when it is made. */
export interface ClientOptions {
  /**
   * The address of the service; `TIPSTAFF_URL`, or else `http://127.0.0.1:8000`, if absent. Below `/c/NAME`
   * all calls belong to the community NAME.
   */
  readonly url?: string | undefined;
  /** The key; `TIPSTAFF_KEY` if absent. A page that others see must not have one. */
  readonly key?: string | undefined;
  /** Seconds that one attempt may take (10); the service is told, and does not judge what nobody waits for. */
  readonly timeout?: number | undefined;
  /** Seconds that a call may take with all its attempts and the waits between them (30); of many comments, each batch. */
  readonly deadline?: number | undefined;
  /** How often a call is tried again that was refused for now (429, 502, 503, 504) or not answered at all (4). */
  readonly retries?: number | undefined;
  /** Comments in one call at most (1000); where the service takes less, the client finds out. */
  readonly maxComments?: number | undefined;
  /** Bytes in one call at most (4 MiB); where the service takes less, the client finds out. A comment that has more alone is not sent. */
  readonly maxBodyBytes?: number | undefined;
  /** What sends the calls, in place of the `fetch` of the platform. */
  readonly fetch?: typeof fetch | undefined;
}

/** The same, checked and complete. */
export interface CheckedOptions {
  readonly url: string;
  readonly key: string | undefined;
  readonly timeout: number;
  readonly deadline: number;
  readonly retries: number;
  readonly maxComments: number;
  readonly maxBodyBytes: number;
  readonly fetch: typeof fetch;
}

const DEFAULT_URL = "http://127.0.0.1:8000";
const LONGEST = 3600;

/** Checks how a client shall call; throws a `ConfigurationError` that holds none of the values. */
export function checkOptions(options: ClientOptions): CheckedOptions {
  return {
    url: checkUrl(options.url ?? readVariable("TIPSTAFF_URL") ?? DEFAULT_URL),
    key: checkKey(options.key ?? readVariable("TIPSTAFF_KEY")),
    timeout: checkNumber("timeout", options.timeout ?? 10, Number.MIN_VALUE, LONGEST),
    deadline: checkNumber("deadline", options.deadline ?? 30, Number.MIN_VALUE, LONGEST),
    retries: checkNumber("retries", options.retries ?? 4, 0),
    maxComments: checkNumber("maxComments", options.maxComments ?? 1000, 1),
    maxBodyBytes: checkNumber("maxBodyBytes", options.maxBodyBytes ?? 4_194_304, 1024),
    // A browser's own refuses to be called as a method of something else.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  };
}

function readVariable(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] || undefined;
}

function checkNumber(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (value >= least && value <= most) return value;
  throw new ConfigurationError(`${name} is out of its range`);
}

function checkUrl(text: string): string {
  let parsed: URL | undefined;
  try {
    parsed = new URL(text.trim());
  } catch {
    parsed = undefined;
  }
  const isAddress = parsed !== undefined && /^https?:$/.test(parsed.protocol) && !parsed.username && !parsed.password;
  if (!parsed || !isAddress || parsed.search || parsed.hash) {
    const wanted = "has to be an address such as http://127.0.0.1:8000, without a name, a password or a query";
    throw new ConfigurationError(`url (or TIPSTAFF_URL) ${wanted}`);
  }
  return parsed.href.replace(/\/+$/, "");
}

/** Returns a key without the white space around it, which files have at their end; undefined if nothing is left. */
function checkKey(text: string | undefined): string | undefined {
  const key = text?.trim() ?? "";
  if (!key) return undefined;
  if (/^[!-~]+$/.test(key)) return key;
  throw new ConfigurationError("key (or TIPSTAFF_KEY) holds characters that no header can hold");
}
