"""Comments of Disqus as its interface answers them, in the shapes that they come in."""

from tests.service.batch.input.platforms.record_rows import read_records


def test_related_objects_may_stand_in_place_of_their_ids() -> None:
    """Whoever asks for ``related=thread`` and ``related=forum`` gets them whole; a parent may be an object, too."""
    post = {
        **{"id": "2", "message": "<p>hi</p>", "raw_message": "hi", "parent": {"id": 1}, "author": {"username": "ann"}},
        **{"thread": {"id": "9", "title": "Beans"}, "forum": {"id": "garden", "name": "Garden"}, "createdAt": "2020-01-01T00:00:00"},
    }
    for record in ({"code": 0, "response": [post]}, post):
        (row,) = read_records([record], "comments of Disqus")
        assert (row.id, row.author, row.parent, row.title, row.place) == ("2", "ann", "1", "Beans", "garden")
