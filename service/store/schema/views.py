"""The views: what follows from the tables. They hold nothing, so they are made anew whenever the tables have changed."""

from sqlalchemy import Connection

from service.store.schema.tables import acts

__all__ = ["create_views", "drop_views"]

# A forum's key does not count beside a moderator: whatever it says later, the ruling and its counts stay as they are.
_RULING_VOICES = """
CREATE VIEW ruling_voices AS
WITH words AS (
    SELECT
        id, comment_digest, created_at, role, teaches, abusive, hateful,
        CASE role WHEN 'appeal' THEN 3 WHEN 'lead' THEN 2 WHEN 'moderator' THEN 1 ELSE 0 END AS weight,
        CASE
            WHEN role <> 'forum' AND moderator IS NOT NULL THEN moderator
            WHEN key_id IS NOT NULL THEN 'key:' || key_id
            ELSE 'open'
        END AS person
    FROM acts
    WHERE text IS NOT NULL OR comment IS NOT NULL
), last_words AS (
    SELECT
        words.*,
        ROW_NUMBER() OVER (PARTITION BY comment_digest ORDER BY weight DESC, created_at DESC, id DESC) AS place,
        ROW_NUMBER() OVER (PARTITION BY comment_digest, person ORDER BY weight DESC, created_at DESC, id DESC) AS place_of_person
    FROM words
)
SELECT
    ruling.id AS ruling_id,
    voice.id AS voice_id,
    voice.person AS person,
    voice.role AS role,
    CASE WHEN voice.weight > 0 OR ruling.weight = 0 THEN 1 ELSE 0 END AS is_counted,
    CASE
        WHEN (voice.abusive IS NULL AND voice.hateful IS NULL) <> (ruling.abusive IS NULL AND ruling.hateful IS NULL) THEN 0
        WHEN voice.abusive <> ruling.abusive OR voice.hateful <> ruling.hateful THEN 0
        ELSE 1
    END AS agrees
FROM last_words AS ruling
JOIN last_words AS voice ON voice.comment_digest = ruling.comment_digest AND voice.place_of_person = 1
WHERE ruling.place = 1
"""

_COLUMNS = ", ".join(f"acts.{column.name}" for column in acts.columns)
_EFFECTIVE_RULINGS = f"""
CREATE VIEW effective_rulings AS
SELECT
    {_COLUMNS},
    counts.agreeing, counts.contesting, counts.overruled
FROM acts
JOIN (
    SELECT
        ruling_id,
        SUM(is_counted * agrees) AS agreeing,
        SUM(is_counted * (1 - agrees)) AS contesting,
        SUM((1 - is_counted) * (1 - agrees)) AS overruled
    FROM ruling_voices
    GROUP BY ruling_id
) AS counts ON counts.ruling_id = acts.id
"""  # noqa: S608 - made of constants

# The second is made of the first.
_VIEWS = {"ruling_voices": _RULING_VOICES, "effective_rulings": _EFFECTIVE_RULINGS}


def create_views(connection: Connection) -> None:
    """Create the views, in the place of those that are there."""
    drop_views(connection)
    for statement in _VIEWS.values():
        connection.exec_driver_sql(statement)


def drop_views(connection: Connection) -> None:
    """Drop the views, as a change of their tables demands."""
    for name in reversed(_VIEWS):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
