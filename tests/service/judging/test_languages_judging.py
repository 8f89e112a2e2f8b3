"""Comments in several languages, judged by English's model and by packs: the worst answer counts."""

from pathlib import Path

import numpy as np
import pytest

from model.artefact.folder import read_artefact, shipped_folder, write_artefact
from model.artefact.manifest import Description
from model.comment import Comment, Format, Label, Verdict
from model.language.identifier import Identifier
from model.languages.language_packs import LanguagePacks
from model.moderator import Moderator
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import pack_bytes
from model.normaliser.version import normaliser_version
from model.policy import Policy
from service.judging.community import Community
from service.judging.foreign import OnForeign
from service.judging.judge import Judge, Judgement
from service.judging.lists.word_lists import WordLists
from service.judging.routes import languages_read_by
from tests.model.languages.small_packs import LINES, write_pack

GERMAN_FINE, GERMAN_TOXIC = LINES["de"]["fine"][1], "Halt die Fresse, du Vollidiot, du hast doch überhaupt keine Ahnung davon."
RUSSIAN_HATEFUL = "Все чурки грязные животные, гнать их всех отсюда надо."
ENGLISH_FINE, ENGLISH_TOXIC = "Thank you for this lovely article, my dear!", "You are such a stupid idiot, shut up."
FRENCH = "Le train a encore du retard aujourd'hui, c'est vraiment dommage pour tout le monde."


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> LanguagePacks:
    """Packs for German and Russian; the one for Russian cannot tell hateful comments."""
    folder = tmp_path_factory.mktemp("packs")
    write_pack(folder / "de", "de")
    write_pack(folder / "ru", "ru", answers={"fast": ("abusive",)})
    return LanguagePacks({tag: pack for tag, pack in LanguagePacks.find(folder)._packs.items() if tag in {"de", "ru"}}, operator=folder)


@pytest.fixture(scope="module")
def reads_all(moderator: Moderator, packs: LanguagePacks) -> Identifier:
    """Knows English, German and Russian."""
    return Identifier.load(languages_read_by(moderator, packs))


def judge_all(judge: Judge, *texts: str, ngrams_only: bool = False) -> list[Judgement]:
    """Judges texts together."""
    return list(judge.judge([Comment(str(number), text) for number, text in enumerate(texts)], ngrams_only=ngrams_only).rows())


def test_each_comment_is_judged_by_its_language(moderator: Moderator, reads_all: Identifier, packs: LanguagePacks) -> None:
    """German and Russian comments get the answers of their packs, which are named; English ones those of English's model, as ever."""
    judge = Judge(moderator, reads_all, packs=packs)
    rows = judge_all(judge, ENGLISH_FINE, GERMAN_TOXIC, RUSSIAN_HATEFUL, GERMAN_FINE, ENGLISH_TOXIC)

    assert [row.judged_as for row in rows] == ["en", "de", "ru", "de", "en"]
    assert [row.label for row in rows] == [Label.FINE, Label.TOXIC, Label.TOXIC, Label.FINE, Label.TOXIC]
    assert [row.version for row in rows] == [None, packs.version("de"), packs.version("ru"), packs.version("de"), None]
    assert [row.foreign or row.unsure for row in rows] == [False] * 5
    assert np.isnan(rows[2].scores).tolist() == [False, False, True]
    alone = Judge(moderator).judge([Comment("", ENGLISH_FINE), Comment("", ENGLISH_TOXIC)])
    assert [rows[0].scores, rows[4].scores] == alone.decisions.scores.tolist()
    assert [rows[0].attributes, rows[4].attributes] == [row.attributes for row in alone.rows()]


def test_foreign_comments_are_left_to_the_site(moderator: Moderator, reads_all: Identifier, packs: LanguagePacks) -> None:
    """A language that nothing reads gets what the site says, beside comments that packs read."""
    judge = Judge(moderator, reads_all, on_foreign=OnForeign.REJECT, packs=packs)
    french, german = judge_all(judge, FRENCH, GERMAN_FINE)

    assert (french.verdict, french.foreign, french.judged_as, french.version) == (Verdict.REJECT, True, None, None)
    assert (german.verdict, german.foreign, german.judged_as) == (Verdict.APPROVE, False, "de")


def test_worst_answer_counts(moderator: Moderator, packs: LanguagePacks, reads_all: Identifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment that may be in several languages is judged for each; it is approved where all say fine, and else the worst counts."""
    texts = [GERMAN_TOXIC, ENGLISH_TOXIC, ENGLISH_FINE, GERMAN_FINE]
    found = reads_all.identify([Comment("", text) for text in texts])
    both = found._replace(candidates=[("de", "en")] * len(texts), codes=[None] * len(texts))
    monkeypatch.setattr(reads_all, "identify", lambda comments: both)
    rows = judge_all(Judge(moderator, reads_all, packs=packs), *texts)

    assert [(row.judged_as, row.label) for row in rows[:2]] == [("de", Label.TOXIC), ("en", Label.TOXIC)]
    assert [row.verdict for row in rows[2:]] == [Verdict.APPROVE] * 2
    assert [row.language for row in rows] == [None] * 4


def test_filler_in_english_hides_no_abuse(
    moderator: Moderator, packs: LanguagePacks, reads_all: Identifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not English of a comment in two languages is judged by itself as well, with spans where the words lie, packed or not."""
    text = " ".join([ENGLISH_FINE] * 12) + " " + GERMAN_TOXIC
    found = reads_all.identify([Comment("", text)])
    monkeypatch.setattr(reads_all, "identify", lambda comments: found._replace(candidates=[("en", "de")]))
    judge = Judge(moderator, reads_all, packs=packs)
    judgements = judge.judge([Comment("", text)], explain=True)
    (row,) = judgements.rows()

    assert (row.judged_as, row.label, row.version) == ("de", Label.TOXIC, packs.version("de"))
    assert judgements.decisions.spans is not None
    assert judgements.decisions.spans[0] is not None
    assert {text[span.begin : span.end].strip(".,") for span in judgements.decisions.spans[0]} <= {
        word.strip(".,") for word in GERMAN_TOXIC.split()
    }
    (packed,) = judge.judge(PackedComments(pack_bytes([text.encode()]), Format.PLAIN)).rows()
    assert packed.scores == row.scores


def test_first_pass_changes_nothing(moderator: Moderator, reads_all: Identifier, packs: LanguagePacks) -> None:
    """Reading with the n-grams first, as the service does to plan its time, leads to the same judgements."""
    judge = Judge(moderator, reads_all, community=Community("c", allow=WordLists(["Vollidiot"])), packs=packs)
    comments = [Comment("", text) for text in (GERMAN_TOXIC, RUSSIAN_HATEFUL, ENGLISH_TOXIC, FRENCH)]
    first = judge.first_pass(comments)

    assert first is not None
    assert repr(list(judge.judge(comments, first_pass=first).rows())) == repr(list(judge.judge(comments).rows()))


def test_thresholds_of_the_site_are_those_of_packs(moderator: Moderator, reads_all: Identifier, packs: LanguagePacks) -> None:
    """A community's own thresholds give the verdicts on comments in all languages, also where P(hateful) is not told."""
    strict = Community("strict", Policy("strict", 0.001, 0.001, 0.002, 0.002))
    rows = judge_all(Judge(moderator, reads_all, community=strict, packs=packs), GERMAN_FINE, RUSSIAN_HATEFUL)

    assert [row.verdict for row in rows] == [Verdict.REJECT] * 2


def test_explanations_are_about_the_original(moderator: Moderator, reads_all: Identifier, packs: LanguagePacks) -> None:
    """The words that moved the scores of a pack are stretches of the comment as it was written."""
    text = "😀 " + GERMAN_TOXIC
    judgements = Judge(moderator, reads_all, packs=packs).judge([Comment("", text), Comment("", ENGLISH_TOXIC)], explain=True)
    spans = judgements.decisions.spans

    assert spans is not None
    assert spans[0] is not None
    assert spans[1] is not None
    worst = max(spans[0], key=lambda span: span.abusive + span.hateful)
    assert text[worst.begin : worst.end].strip(".,") in {"Fresse", "Vollidiot", "Halt"}
    assert all(0 <= span.begin < span.end <= len(ENGLISH_TOXIC) for span in spans[1])


def test_pack_that_cannot_be_used_is_not_read(
    moderator: Moderator, reads_all: Identifier, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where a pack turns out to be damaged, its language is not read any more, the others are, and the log says so once without a text."""
    for tag in ("de", "ru"):
        write_pack(tmp_path / tag, tag)
    damaged = LanguagePacks.find(tmp_path)
    (tmp_path / "de" / "weights.npy").write_bytes(b"")
    judge = Judge(moderator, reads_all, packs=damaged)
    judge.first_pass([Comment("", GERMAN_TOXIC)])
    for _ in range(2):
        german, english, russian = judge_all(judge, GERMAN_TOXIC, ENGLISH_FINE, RUSSIAN_HATEFUL)

        assert (german.verdict, german.foreign, german.language, german.judged_as) == (Verdict.REVIEW, True, "de", None)
        assert (english.verdict, russian.judged_as) == (Verdict.APPROVE, "ru")
    assert {"de", "ru"} & damaged.read_tags() == {"ru"}
    (told,) = (record.getMessage() for record in caplog.records if record.name == "tipstaff.languages")
    assert "weights.npy is truncated" in told
    assert "Fresse" not in caplog.text


def test_pack_that_fails_harms_its_comments_alone(
    moderator: Moderator, reads_all: Identifier, packs: LanguagePacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a pack fails for whatever reason, its comments wait for a moderator, and the others are judged."""

    def fail(*_: object, **__: object) -> None:
        raise ValueError("anything")

    monkeypatch.setattr(packs.moderator("de"), "decide", fail)
    german, english = judge_all(Judge(moderator, reads_all, on_foreign=OnForeign.APPROVE, packs=packs), GERMAN_TOXIC, ENGLISH_FINE)

    assert (german.label, german.verdict, german.reason, german.held) == (None, Verdict.REVIEW, "unreadable", True)
    assert english.verdict is Verdict.APPROVE


def test_language_is_not_read_by_ngrams_that_cannot_tell(moderator: Moderator, tmp_path: Path) -> None:
    """Where the n-grams of a pack do not tell abuse, its comments are not read while they judge alone."""
    write_pack(tmp_path / "de", "de", answers={"full": ("abusive",)})
    packs = LanguagePacks.find(tmp_path)
    judge = Judge(moderator, Identifier.load(["en", "de"]), packs=packs)
    (row,) = judge_all(judge, GERMAN_TOXIC, ngrams_only=True)

    assert (row.verdict, row.foreign, row.judged_as) == (Verdict.REVIEW, True, None)


def test_site_that_learned_a_language_judges_it_too(moderator: Moderator, packs: LanguagePacks, tmp_path: Path) -> None:
    """Where the model of the site has learned German by retraining, both it and the pack judge German, and the worst answer counts."""
    stored = read_artefact(shipped_folder(), normaliser=normaliser_version())
    fields = {name: getattr(stored.manifest, name) for name in Description.model_fields} | {"languages": ("de", "en")}
    write_artefact(tmp_path / "both", description=Description(**fields), arrays=stored.arrays)
    both = Moderator.load(tmp_path / "both")
    judge = Judge(both, Identifier.load(languages_read_by(both, packs)), packs=packs)
    toxic, fine, english = judge_all(judge, GERMAN_TOXIC, GERMAN_FINE, ENGLISH_TOXIC)

    assert (toxic.label, toxic.judged_as, toxic.version) == (Label.TOXIC, "de", packs.version("de"))
    assert (fine.label, fine.verdict, fine.foreign) == (Label.FINE, Verdict.APPROVE, False)
    assert (english.label, english.judged_as) == (Label.TOXIC, "en")


def test_packed_comments_are_judged_by_language(moderator: Moderator, reads_all: Identifier, packs: LanguagePacks) -> None:
    """Comments that come packed, as columns of files do, get the same answers as others."""
    texts = [ENGLISH_FINE, GERMAN_TOXIC, "", RUSSIAN_HATEFUL, ENGLISH_TOXIC, FRENCH]
    judge = Judge(moderator, reads_all, packs=packs)
    packed = judge.judge(PackedComments(pack_bytes([text.encode() for text in texts]), Format.PLAIN))

    assert repr(list(packed.rows())) == repr(judge_all(judge, *texts))
