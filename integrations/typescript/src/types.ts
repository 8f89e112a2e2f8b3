/** What calls and answers hold, under names of their own. `schema.ts` is made from what the service says of itself. */

import type { components } from "./schema.js";

type Schemas = components["schemas"];

/** One comment to judge. */
export type Comment = Schemas["CommentRequest"];
/** A comment, or its text alone. */
export type CommentOrText = string | Comment;
/** Comments of any number, or their texts. */
export type Comments = Iterable<CommentOrText> | AsyncIterable<CommentOrText>;

export type JudgedComment = Schemas["JudgedComment"];
export type UnjudgedComment = Schemas["UnjudgedComment"];
/** What is decided about a comment, or why nothing is: `isJudged` tells them apart. */
export type Judgement = JudgedComment | UnjudgedComment;

export type CommentErrorType = Schemas["CommentErrorType"];
export type CommentScores = Schemas["CommentScores"];
export type ContributingSpan = Schemas["ContributingSpan"];
export type FieldError = Schemas["FieldError"];
export type Format = Schemas["Format"];
export type Label = Schemas["Label"];
/** What became of a ruling. */
export type RecordedRuling = Schemas["RecordedRuling"];
export type ServedModel = Schemas["ServedModel"];
export type Verdict = Schemas["Verdict"];

/** Tells whether a comment was judged. */
export function isJudged(judgement: Judgement): judgement is JudgedComment {
  return "label" in judgement;
}
