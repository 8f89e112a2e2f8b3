/** Calls Tipstaff, which labels comments: `(await new Client().moderate("Shut up, you pathetic idiot.")).verdict`. */

export { Client, type ModerateOptions, type RulingOptions } from "./client.js";
export {
  AuthenticationError,
  CallTooLargeError,
  ConfigurationError,
  DeadlineError,
  InvalidRequestError,
  OverloadedError,
  PermissionDeniedError,
  RateLimitError,
  ServiceFaultError,
  ServiceUnreachableError,
  TipstaffError,
  UnexpectedAnswerError,
} from "./errors.js";
export type { ClientOptions } from "./options.js";
export { Judgements } from "./results.js";
export {
  isJudged,
  type Comment,
  type CommentErrorType,
  type CommentOrText,
  type CommentScores,
  type Comments,
  type ContributingSpan,
  type FieldError,
  type Format,
  type JudgedComment,
  type Judgement,
  type Label,
  type RecordedRuling,
  type ServedModel,
  type UnjudgedComment,
  type Verdict,
} from "./types.js";
