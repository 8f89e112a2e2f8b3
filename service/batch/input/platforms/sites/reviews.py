"""Reviews: the corpora of Amazon's and Yelp's, and what Steam and Google Play answer."""

from collections.abc import Iterator

from model.comment import Format
from service.batch.input.platforms.bbcode import read_bbcode
from service.batch.input.platforms.nested_values import object_in, objects_in
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = [
    "AMAZON_REVIEWS",
    "AMAZON_REVIEWS_2015",
    "AMAZON_REVIEWS_2018",
    "GOOGLE_PLAY_REVIEWS",
    "STEAM_REVIEWS",
    "YELP_REVIEWS",
    "YELP_TIPS",
]

AMAZON_REVIEWS = Platform(
    name="amazon",
    description="reviews on Amazon",
    signatures=(frozenset({"text", "asin", "parent_asin"}), frozenset({"text", "asin", "verified_purchase"})),
    columns=Columns("text", None, "user_id", None, "timestamp", title="title", place="asin"),
    format=Format.HTML,
)
"""The corpus of 2023 (McAuley Lab): its reviews have no ids."""

AMAZON_REVIEWS_2018 = Platform(
    name="amazon",
    description="reviews on Amazon",
    signatures=(frozenset({"reviewtext", "asin"}),),
    columns=Columns("reviewText", None, "reviewerID", None, "unixReviewTime", title="summary", place="asin"),
    format=Format.HTML,
)
"""The corpora up to 2018."""

AMAZON_REVIEWS_2015 = Platform(
    name="amazon",
    description="reviews on Amazon",
    signatures=(frozenset({"review_body", "review_id", "product_id"}),),
    columns=Columns("review_body", "review_id", "customer_id", None, "review_date", title="review_headline", place="product_id"),
    format=Format.HTML,
)
"""The corpus that Amazon itself published."""

YELP_REVIEWS = Platform(
    name="yelp",
    description="reviews on Yelp",
    signatures=(frozenset({"review_id", "business_id", "text"}),),
    columns=Columns("text", "review_id", "user_id", None, "date", place="business_id"),
)
"""``yelp_academic_dataset_review.json``."""

YELP_TIPS = Platform(
    name="yelp",
    description="tips on Yelp",
    signatures=(frozenset({"text", "business_id", "compliment_count"}),),
    columns=Columns("text", None, "user_id", None, "date", place="business_id"),
)
"""``yelp_academic_dataset_tip.json``; tips have no ids."""

GOOGLE_PLAY_REVIEWS = Platform(
    name="googleplay",
    description="reviews on Google Play",
    signatures=(frozenset({"reviewid", "content", "at"}),),
    columns=Columns("content", "reviewId", "userName", None, "at"),
)
"""Reviews as google-play-scraper returns them."""


def _unfold_reviews(fields: RecordFields) -> Iterator[RecordFields]:
    if isinstance(fields.get("reviews"), list):
        yield from objects_in(fields, "reviews")
    else:
        yield fields


def _prepare_review(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    text = fields.get("review")
    return {
        **fields,
        "review": read_bbcode(text) if isinstance(text, str) and "[" in text else text,
        "author": object_in(fields, "author").get("steamid"),
    }, None


STEAM_REVIEWS = Platform(
    name="steam",
    description="reviews on Steam",
    signatures=(frozenset({"reviews", "query_summary"}), frozenset({"recommendationid", "review"})),
    columns=Columns("review", "recommendationid", "author", None, "timestamp_created"),
    prepare=_prepare_review,
    unfold=_unfold_reviews,
)
"""Answers of ``appreviews``, and the reviews in them."""
