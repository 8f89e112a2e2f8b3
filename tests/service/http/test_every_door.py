"""One comment, one answer: whichever door a comment comes in by, label, scores and verdict are the same."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from model.comment import Comment, Format
from model.moderator import Moderator
from model.profile import Profile
from service.batch.explain_text import explain_text
from service.batch.job import ScoreJob
from service.batch.score import score_files
from service.batch.scored_chunks import round_score_rows
from service.http.app import create_app
from service.judging.foreign import OnForeign
from service.judging.judge import Judge
from service.judging.judge_options import JudgeOptions
from service.model_loading import ModeratorOptions
from service.perspective.comparison import compare_scores
from service.perspective.stored_scores import DiffJob
from service.settings import Settings, read_settings
from tests.service.http.conftest import Running
from training.evaluation.scored_rows import score_labelled_rows
from training.tables.labelled import Labelled, Place

COMMUNITIES = """
default = "forum"

[community.forum]
deny_words = ["casino", "gro\u00dfer mist"]
allow_patterns = ["^quote:"]

[community.strict]
review_abusive = 0.05
review_hateful = 0.05
reject_abusive = 0.3
reject_hateful = 0.3
on_foreign = "approve"

[community.watching]
observe = true
deny_words = ["casino"]
"""

GERMAN = "Vielen Dank für die ausführliche Erklärung, das hat mir sehr geholfen"
PIECES = [
    *("What a lovely morning, thank you all.", "You are a pathetic idiot and everybody knows it.", "Shut up, you stup1d m0ron"),
    *("I hate all of those people, they should be thrown out of our country.", "The best casino in town!", "quote: you idiot"),
    *(GERMAN, "Das ist doch völliger Unsinn, du dummer Idiot, so ein großer Mist.", "Совершенно не согласен с автором статьи"),
    *("死ね", "<p>You are an <b>id</b>iot &amp; a fool</p>", "**You** are _pathetic_, [fool](http://example.org)", "&amp;#117; idiot"),
    *(" ", "\u200b", "😀😀😀", "hi"),
]
"""Foreign, listed, marked up and empty comments, and such as are neither; long ones are made of many."""

COMMENTS = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.lists(st.sampled_from(PIECES), min_size=10, max_size=40).map(" ".join),
        st.text("youareanidiot .!?&<>*_@äßж\n", max_size=80),
    ),
    min_size=1,
    max_size=5,
)


class Site(NamedTuple):
    """What a site sets, and what a call names."""

    profile: Profile
    on_foreign: str
    has_communities: bool
    community: str | None = None
    policy: str | None = None


SITES = [
    Site(Profile.FAST, "review", has_communities=False),
    Site(Profile.FAST, "judge", has_communities=False),
    Site(Profile.CASCADE, "reject", has_communities=True),
    Site(Profile.FAST, "review", has_communities=True, community="strict"),
    Site(Profile.FAST, "judge", has_communities=True, community="strict", policy="default"),
    Site(Profile.FAST, "review", has_communities=True, community="watching"),
]


class Answer(NamedTuple):
    """What is decided about one comment; all None if there is nothing to judge."""

    label: str | None
    scores: tuple[float, ...] | None
    verdict: str | None
    foreign: bool | None


@dataclass(frozen=True, repr=False)
class House:
    """A running service, and what files are judged by under the same settings."""

    site: Site
    settings: Settings
    client: httpx.Client
    judging: JudgeOptions
    moderator: Moderator
    folder: Path

    @property
    def judge(self) -> Judge:
        """What judges files."""
        return self.judging.build_judge(self.moderator)

    def over_http(self, texts: Sequence[str], format_: Format = Format.PLAIN) -> list[Answer]:
        """Ask ``/v1/moderate``."""
        comments = [{"id": str(at), "text": text, "format": format_.value} for at, text in enumerate(texts)]
        named = {"community": self.site.community, "policy": self.site.policy}
        body = {"comments": comments} | {name: value for name, value in named.items() if value is not None}
        response = self.client.post("/v1/moderate", json=body)
        assert response.status_code == 200, response.text
        return [
            Answer(None, None, None, None)
            if "error" in decision
            else Answer(decision["label"], tuple(decision["scores"].values()), decision["verdict"], decision.get("foreign", False))
            for decision in response.json()["decisions"]
        ]

    def in_a_file(self, texts: Sequence[str], format_: Format = Format.PLAIN, **how: Any) -> list[Answer]:
        """Score a file."""
        dump, out = self.folder / "dump.jsonl", self.folder / "out.jsonl"
        dump.write_text("".join(json.dumps({"id": at, "text": text}) + "\n" for at, text in enumerate(texts)), encoding="utf-8")
        job = ScoreJob([str(dump)], out=str(out), judge_options=self.judging, markup=format_, fresh=True, **how)
        options = ModeratorOptions(None, self.settings.prior, self.site.profile, self.settings.cascade_risk)
        score_files(job, self.moderator, options=options)
        return [
            Answer(row["label"], (row["fine"], row["toxic"], row["hateful"]), row["verdict"], row["foreign"])
            if row["label"] is not None
            else Answer(None, None, None, None)
            for row in map(json.loads, out.read_text(encoding="utf-8").split("\n")[:-1])
        ]

    def as_text(self, texts: Sequence[str], format_: Format = Format.PLAIN) -> list[Answer]:
        """Look at each text by itself, as ``tipstaff score --text`` does."""
        judge = self.judging.build_judge(self.moderator)
        explanations = [explain_text(text, judge, markup=format_) for text in texts]
        return [
            Answer(explanation.label, tuple(explanation.scores.values()), explanation.verdict, explanation.foreign)
            if explanation.label is not None
            else Answer(None, None, None, None)
            for explanation in explanations
        ]

    def in_an_evaluation(self, texts: Sequence[str]) -> list[tuple[str, tuple[float, ...]]]:
        """Return label and scores of rows of a labelled table, where nothing to judge counts as fine."""
        n = len(texts)
        unknown = np.full(n, -1, np.int8)
        places = [Place("table.csv", at) for at in range(n)]
        rows = Labelled(list(texts), unknown, unknown, ["s"] * n, [None] * n, list(map(str, range(n))), np.ones(n), [None] * n, {}, places)
        scored = score_labelled_rows(self.judge, rows)
        return [
            (("fine", "toxic", "hateful")[label], tuple(scores))
            for label, scores in zip(scored.labels.tolist(), round_score_rows(scored.scores).tolist(), strict=True)
        ]


@pytest.fixture(scope="module")
def moderators() -> dict[Profile, Moderator]:
    """The shipped model with each profile that a site here has."""
    return {profile: Moderator.load(profile=profile) for profile in {site.profile for site in SITES}}


@pytest.fixture(scope="module", params=SITES, ids=lambda site: "-".join(map(str, site)))
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, moderators: dict[Profile, Moderator], running: Running
) -> Iterator[House]:
    """A service and the other doors, with the settings of a site."""
    site: Site = request.param
    folder = tmp_path_factory.mktemp("house")
    communities = None
    if site.has_communities:
        communities = folder / "communities.toml"
        communities.write_text(COMMUNITIES, encoding="utf-8")
    settings = read_settings(
        data_dir=folder,
        port=0,
        profile=site.profile,
        on_foreign=site.on_foreign,
        communities=communities,
        queue_ms=60_000,
        flag_foreign="all",
    )
    judging = JudgeOptions.from_settings(settings, policy=site.policy, community=site.community, identify=True)
    moderator = moderators[site.profile]
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield House(site, settings, client, judging, moderator, folder)


SHARED = hypotheses(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SHARED
@given(texts=COMMENTS, format_=st.sampled_from(Format))
def test_http_files_and_texts_agree(house: House, texts: list[str], format_: Format) -> None:
    """``/v1/moderate``, ``tipstaff score FILE`` and ``--text`` give every comment the same label, scores, verdict and foreignness."""
    over_http = house.over_http(texts, format_)
    assert house.in_a_file(texts, format_) == over_http
    assert house.as_text(texts, format_) == over_http


@SHARED
@given(texts=COMMENTS)
def test_evaluations_agree(house: House, texts: list[str]) -> None:
    """Rows of a labelled table are evaluated by the labels and scores that their comments get over HTTP."""
    expected = [(answer.label or "fine", answer.scores or (1.0, 0.0, 0.0)) for answer in house.over_http(texts)]
    assert house.in_an_evaluation(texts) == expected


@SHARED
@given(texts=COMMENTS)
def test_comparisons_with_perspective_agree(house: House, texts: list[str]) -> None:
    """``perspective-diff`` compares the scores that are served: the threshold of the same rate lies between them."""
    answers = [answer for answer in house.over_http(texts) if answer.scores is not None]
    table = house.folder / "stored.jsonl"
    table.write_text("".join(json.dumps({"text": text, "TOXICITY": 1.0}) + "\n" for text in texts), encoding="utf-8")
    comparison = compare_scores(DiffJob(table), house.judge)
    (toxicity,) = comparison.attributes
    assert toxicity.rows == len(answers) == len(texts) - comparison.bad_rows
    if answers:
        assert toxicity.same_rate == pytest.approx(min(1 - answer.scores[0] for answer in answers if answer.scores), abs=2e-6)


Ask = Callable[[httpx.Client, str], Any]


def _ask_openai(client: httpx.Client, text: str) -> bool:
    answer = client.post("/v1/moderations", json={"input": text}).json()
    return bool(answer["results"][0]["flagged"])


def _ask_coral(client: httpx.Client, text: str) -> bool:
    body = {"action": "NEW", "comment": {"body": text}, "author": {"id": "a"}, "story": {"id": "s"}, "site": {"id": "x"}, "tenantID": "t"}
    return bool(client.post("/coral/moderate?format=plain", json=body).json())


def _ask_akismet(client: httpx.Client, text: str) -> bool:
    form = {"api_key": "k", "blog": "https://blog.example", "user_ip": "127.0.0.1", "comment_content": text}
    return client.post("/1.1/comment-check", data=form).text == "true"


@SHARED
@given(text=st.sampled_from([text for text in PIECES if text.strip() and not re.search("[<&*]", text)]))
def test_dialects_agree_on_verdicts(house: House, text: str) -> None:
    """OpenAI's moderation, Coral's phase and Akismet's check, told to flag foreign comments too, flag exactly what is not approved."""
    if house.site.community or house.site.policy:
        return  # these protocols name neither: their calls belong to the default community
    (answer,) = house.over_http([text])
    flagged = answer.verdict in {"review", "reject"}
    assert {ask.__name__: ask(house.client, text) for ask in (_ask_openai, _ask_coral, _ask_akismet)} == {
        "_ask_openai": flagged,
        "_ask_coral": flagged,
        "_ask_akismet": flagged,
    }


@SHARED
@given(text=st.sampled_from([text for text in PIECES if text.strip() and not re.search("[<&*]", text)]))
def test_dialects_agree_on_scores(house: House, text: str) -> None:
    """Perspective's attributes, OpenAI's categories and detoxify's numbers are the scores; where a list decides, its word is."""
    if house.site.community or house.site.policy:
        return  # these protocols name neither: their calls belong to the default community
    (answer,) = house.over_http([text])
    body = {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}, "IDENTITY_ATTACK": {}}}
    perspective = house.client.post("/v1alpha1/comments:analyze", json=body)
    if answer.scores is None:
        assert perspective.status_code == 400
        return
    _, toxic, hateful = answer.scores
    categories = house.client.post("/v1/moderations", json={"input": text}).json()["results"][0]["category_scores"]
    assert (categories["harassment"], categories["hate"]) == pytest.approx((toxic, hateful), abs=2e-6)
    if house.site.has_communities and ("casino" in text or "quote:" in text or "Mist" in text):
        return  # a list decided
    scores = {name: attribute_scores["summaryScore"]["value"] for name, attribute_scores in perspective.json()["attributeScores"].items()}
    assert scores == pytest.approx({"TOXICITY": toxic + hateful, "IDENTITY_ATTACK": hateful}, abs=2e-6)
    numbers = house.client.post("/api/v1/classify", json={"content": text}).json()
    assert abs(numbers["toxicity"] - 100 * (toxic + hateful)) <= 0.51


def test_a_cluster_agrees(house: House) -> None:
    """Workers of a cluster, which are sent what the site wants, judge as the service does."""
    texts = [text for text in PIECES if text.strip()]
    assert house.in_a_file(texts, cluster="local:1") == house.over_http(texts)


@pytest.mark.parametrize("on_foreign", OnForeign)
def test_a_foreign_comment_is_treated_as_the_site_says(moderators: dict[Profile, Moderator], on_foreign: OnForeign) -> None:
    """Judged like any other it keeps the scores of the model; else its verdict is the site's, and its scores are halfway to the prior."""
    moderator = moderators[Profile.FAST]
    (alone,) = moderator.decide([Comment("", GERMAN)]).scores.tolist()
    (row,) = JudgeOptions(on_foreign=on_foreign, identify=True).build_judge(moderator).judge([Comment("", GERMAN)]).rows()
    assert row.foreign
    if on_foreign is OnForeign.JUDGE:
        assert row.scores == alone
        return
    prior = moderator.prior
    usual = (1 - prior.abusive, prior.abusive * (1 - prior.hateful), prior.abusive * prior.hateful)
    assert row.scores == pytest.approx([(score + value) / 2 for score, value in zip(alone, usual, strict=True)])
    assert row.verdict == on_foreign.value
