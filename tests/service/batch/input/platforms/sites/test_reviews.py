"""Reviews in the shapes that corpora and interfaces give them."""

from model.comment import Format
from tests.service.batch.input.platforms.record_rows import read_records


def test_tables_that_amazon_published_have_ids() -> None:
    """``amazon_reviews_us_….tsv`` names its reviews; the product is where they were written."""
    record = {
        **{"marketplace": "US", "customer_id": "5", "review_id": "R1", "product_id": "B0", "product_parent": "99", "product_title": "Pen"},
        **{"star_rating": "1", "vine": "N", "verified_purchase": "Y", "review_headline": "Bad", "review_body": "leaks<br />badly"},
        "review_date": "2015-08-31",
    }
    (row,) = read_records([record], "reviews on Amazon")

    assert (row.id, row.text, row.author, row.parent, row.place, row.format) == ("R1", "leaks<br />badly", "5", None, "B0", Format.HTML)


def test_tips_have_no_ids() -> None:
    """A tip on Yelp has its text, its author and the business."""
    record = {"user_id": "u", "business_id": "b", "text": "go early", "date": "2020-01-01 00:00:00", "compliment_count": 0}
    (row,) = read_records([record], "tips on Yelp")

    assert (row.id, row.text, row.author, row.place) == (None, "go early", "u", "b")


def test_reviews_on_steam_are_read_without_their_mark_up() -> None:
    """Steam writes headings, lists and spoilers as BBCode; brackets of other kinds stay."""
    review = {
        "recommendationid": "1",
        "review": "[h1]Fun[/h1] [b]very[/b] [10/10]",
        "author": {"steamid": "7"},
        "timestamp_created": 1577836800,
    }
    (row,) = read_records([review], "reviews on Steam")

    assert row.text is not None
    assert row.text.split() == ["Fun", "very", "[10/10]"]
    assert row.author == "7"
