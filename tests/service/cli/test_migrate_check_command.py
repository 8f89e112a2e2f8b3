"""``tipstaff migrate-check`` as people call it."""

import csv
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from tests.service.cli.calls import Call
from tests.service.http.server_process import ServerProcess
from tests.service.migration.callers import CALLERS, KEY, write_caller

TEXT = "A very private remark"
ADDRESS = f"https://commentanalyzer.googleapis.com/v1alpha1/comments:analyze?key={KEY}"


def analyze(*attributes: str, text: str = TEXT, **more: object) -> dict[str, Any]:
    return {"comment": {"text": text}, "requestedAttributes": {name: {} for name in attributes or ["TOXICITY"]}, **more}


def scored(**scores: float) -> dict[str, Any]:
    return {"attributeScores": {name: {"summaryScore": {"value": score, "type": "PROBABILITY"}} for name, score in scores.items()}}


BATCH = (
    "--part\r\nContent-Type: application/http\r\n\r\nPOST /v1alpha1/comments:analyze HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"
    f"{json.dumps(analyze())}\r\n--part--\r\n"
)


def write_lines(path: Path, *records: object) -> Path:
    path.write_text("".join(f"{record if isinstance(record, str) else json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def effects(report: dict[str, Any]) -> dict[str, str]:
    """Returns subject → effect of the findings."""
    return {finding["subject"]: finding["effect"] for finding in report["findings"]}


def test_code_is_checked_and_settings_are_printed(call: Call, tmp_path: Path) -> None:
    """A caller whose attributes have heads or neighbours works with the settings that are printed last, ready to paste."""
    folder = write_caller(tmp_path, CALLERS["python with requests"])

    result = call("migrate-check", folder, "--url", "https://tipstaff.example")

    assert (result.code, result.err) == (0, "")
    assert "ATTACK_ON_AUTHOR  1     none             left out   refused     by INSULT" in result.out
    assert "language fr: French is not read" in result.out
    assert (
        "host commentanalyzer.googleapis.com: change the address, or follow the recipe "
        "(docs/leaving-perspective.md#software-whose-host-is-fixed) (1 ×: bot/moderate.py:5)" in result.out
    )
    assert "now: SEVERE_TOXICITY 0.6, TOXICITY 0.85" in result.out
    assert "\nexport TIPSTAFF_PERSPECTIVE_UNKNOWN=nearest\nexport TIPSTAFF_ON_FOREIGN=review\n" in result.out
    assert "https://tipstaff.example in place of https://commentanalyzer.googleapis.com" in result.out
    assert result.out.endswith("Everything that was found works with these settings.\n")
    assert KEY not in result.out


def test_what_the_caller_does_without_is_named_last(call: Call, tmp_path: Path) -> None:
    """Where attributes are left out the last line names them; thresholds have their places; OpenAI's host has no recipe."""
    calls = write_lines(tmp_path / "calls.jsonl", analyze("TOXICITY", "FLIRTATION", "SPAM"))
    code = tmp_path / "check.py"
    code.write_text(
        'toxicity = perspective(text)["TOXICITY"]["summaryScore"]["value"]\nif toxicity > 0.8:\n    hide()\n'
        'requests.post("https://api.openai.com/v1/moderations", json={"input": text})\n'
    )

    result = call("migrate-check", calls, code)

    assert result.code == 0
    assert result.out.endswith("works with these settings, if the caller can do without FLIRTATION, SPAM.\n")
    assert "  found: 0.8 (check.py:2); --threshold corrects" in result.out
    assert "host api.openai.com: give the client the base URL below" in result.out


def test_what_will_not_work_is_named(call: Call, tmp_path: Path) -> None:
    """An attribute that never was and a type of score that is not served are named with their places, and the exit code is 3."""
    folder = write_caller(tmp_path, CALLERS["python with Google's client"])

    result = call("migrate-check", folder)
    report = json.loads(call("migrate-check", folder, "--json").out)

    assert result.code == 3
    assert "Will not work\n  attribute NASTINESS: Perspective never had it" in result.out
    assert {subject for subject, effect in effects(report).items() if effect == "fails"} == {"attribute NASTINESS", "score type PERCENTILE"}
    assert report["all_works"] is False
    assert [line for line in report["settings"]["caller"] if "discoveryServiceUrl" in line]


def test_fixed_hosts_lead_to_the_recipe(call: Call, tmp_path: Path) -> None:
    """Software whose host is fixed gets the recipe, the hosts that the service has to answer to, and how its key is made."""
    folder = write_caller(tmp_path, CALLERS["akismet in node"])

    report = json.loads(call("migrate-check", folder, "--json").out)

    assert report["all_works"] is True
    assert "rest.akismet.com" in report["settings"]["service"]["TIPSTAFF_ALLOWED_HOSTS"].split(",")
    assert any("software-whose-host-is-fixed" in line for line in report["settings"]["caller"])
    assert any("--for akismet" in line for line in report["settings"]["caller"])


@pytest.mark.parametrize(
    ("record", "subject", "effect"),
    [
        (analyze("TOXICITY", context={"entries": [{"text": "Hi"}]}), "context", "same"),
        (analyze("TOXICITY", spanAnnotations=True), "spans", "same"),
        (analyze("TOXICITY", languages=["en"]), "language en", "same"),
        (analyze("TOXICITY", languages=["fr"]), "language fr", "differs"),
        (analyze("TOXICITY", languages=[TEXT]), "language <a name not shown>", "differs"),
        (analyze("TOXICITY", nonsense=1), "body: nonsense: there is no such field", "fails"),
        (analyze("TOXICITY", doNotStore="perhaps"), "body: doNotStore: has to be true or false", "fails"),
        (analyze() | {TEXT: 1}, "body: <a name not shown>: there is no such field", "fails"),
        ({"request": analyze("TOXICITY", nonsense=1), "status": 400}, "body: nonsense: there is no such field", "same"),
        (
            analyze("TOXICITY", context={"entries": [], "articleAndParentComment": {}}),
            "body: context: entries and articleAndParentComment are both given",
            "fails",
        ),
        (analyze("TOXICITY", text="x" * 20_481), "body: the comment is longer than 20,480 bytes", "same"),
        (analyze("TOXICITY", text=" "), "body: the comment has no text", "same"),
        ({"comment": {"text": "x"}, "requestedAttributes": {}}, "body: no attribute is asked for", "fails"),
        ({"comment": {"text": "x"}, "requestedAttributes": {"TOXICITY": {"scoreType": "RAW"}}}, "score type RAW", "fails"),
        (analyze("FLIRTATION", "SPAM"), "calls for FLIRTATION, SPAM alone", "fails"),
        (analyze("TOXICITY", "FLIRTATION"), "attribute FLIRTATION", "differs"),
        (analyze("TOXICITY", "NASTINESS"), "attribute NASTINESS", "fails"),
        (analyze(TEXT), "attribute <a name not shown>", "fails"),
        ({"comment": {"text": "x"}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}}, "rulings", "same"),
        ({"url": "https://commentanalyzer.googleapis.com/v1alpha1/comments:dream", "body": "{}"}, "path /v1alpha1/comments:dream", "fails"),
        ({"url": "https://rest.akismet.com/1.1/comment-check", "body": "blog=b&comment_content=x"}, "body: user_ip: is missing", "fails"),
        (
            {"input": [{"type": "text", "text": "x"}, {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]},
            "images",
            "differs",
        ),
    ],
)
def test_calls_are_checked(call_small: Call, tmp_path: Path, record: dict[str, Any], subject: str, effect: str | None) -> None:
    """What a recorded call uses is found, with what becomes of it; the exit code is 3 if it will not work, and no text is shown."""
    result = call_small("migrate-check", write_lines(tmp_path / "calls.jsonl", record), "--json")

    assert effects(json.loads(result.out)).get(subject) == effect
    assert result.code == (3 if effect == "fails" else 0)
    assert TEXT not in result.out + result.err
    assert KEY not in result.out + result.err


@pytest.mark.parametrize(
    ("code", "subject", "effect"),
    [
        ("", "attribute FLIRTATION", None),
        ('client.analyze(text, attributes=["TOXICITY", "FLIRTATION"])', "left out for perspective.py", "fails"),
        ('client.analyze(text, attributes=["TOXICITY"])', "left out for perspective.py", None),
    ],
)
def test_clients_that_need_every_attribute_are_known(call_small: Call, tmp_path: Path, code: str, subject: str, effect: str | None) -> None:
    """A client that fails where an attribute is left out will not work with one; without any in the code its defaults count."""
    (tmp_path / "requirements.txt").write_text("perspective.py==0.3.4\n")
    (tmp_path / "bot.py").write_text(code and f"from perspective import Client\n{code}\n")

    result = call_small("migrate-check", tmp_path, "--json")
    report = json.loads(result.out)

    assert effects(report).get(subject) == effect
    assert {one["attribute"] for one in report["attributes"]} >= ({"TOXICITY"} if code else {"TOXICITY", "THREAT", "PROFANITY"})


def test_a_library_nobody_knows_is_found_by_its_host(call_small: Call, tmp_path: Path) -> None:
    """A dependency that has a fixed host in its code is named, and gets the recipe."""
    library = tmp_path / "node_modules/toxic-checker/dist/index.js"
    library.parent.mkdir(parents=True)
    library.write_text('fetch("https://commentanalyzer.googleapis.com/v1alpha1/comments:analyze?key=" + key)')
    (tmp_path / "index.js").write_text('const check = require("toxic-checker");')

    report = json.loads(call_small("migrate-check", tmp_path, "--json").out)

    assert effects(report)["dependency toxic-checker"] == "differs"
    assert report["settings"]["service"]["TIPSTAFF_ALLOWED_HOSTS"] == "commentanalyzer.googleapis.com"
    assert report["all_works"] is True


def test_pages_and_languages_of_a_log_are_told(call: Call, tmp_path: Path) -> None:
    """The origin of the pages that call is let in by the settings, and the languages of the texts are counted without showing any."""
    german = "Vielen Dank für diesen schönen Artikel, ich habe sehr viel daraus gelernt."
    path = write_lines(
        tmp_path / "calls.jsonl",
        {"headers": {"Origin": "https://forum.example"}, "body": analyze(text=german)},
        {"input": [german, "Thanks."]},
    )

    result = call("migrate-check", path, "--json", "--url", "https://tipstaff.example")

    report = json.loads(result.out)
    assert report["texts"] == {"looked_at": 3, "foreign": {"de": 2}}
    assert report["settings"]["service"]["TIPSTAFF_CORS_ORIGINS"] == "https://forum.example"
    assert report["settings"]["service"]["TIPSTAFF_ALLOWED_HOSTS"] == "tipstaff.example"
    assert effects(report)["web pages"] == effects(report)["texts in other languages"] == "differs"
    assert german not in result.out


def test_the_printed_settings_make_a_log_work(call: Call, tmp_path: Path) -> None:
    """A service with the settings that are printed answers every call of a log of which the check says that it works."""
    path = write_lines(
        tmp_path / "calls.jsonl",
        analyze("TOXICITY", "FLIRTATION", languages="fr"),
        analyze("OBSCENE"),
        analyze("LIKELY_TO_REJECT", "SPAM_EXPERIMENTAL", spanAnnotations=True, context={"entries": [{"text": "Good morning."}]}),
        {"input": "x y " * 10_000},
        {"input": ["Good morning."] * 1100},
        {"url": "https://rest.akismet.com/1.1/comment-check", "body": "blog=b&user_ip=192.0.2.1&comment_content=Hello"},
        {"comments": [{"id": "1", "text": "Good morning."}]},
        {"model": "unbiased", "content": "Good morning."},
    )

    check = call("migrate-check", path, "--json")
    settings = json.loads(check.out)["settings"]["service"]
    with ServerProcess(tmp_path, **settings, TIPSTAFF_PROFILE="fast") as server:
        replayed = call("replay", path, "--url", server.ready(), "--json")

    assert (check.code, replayed.code) == (0, 0), replayed.out
    assert json.loads(replayed.out)["sent"] == 8


def test_limits_are_raised_to_what_was_recorded(call_small: Call, tmp_path: Path) -> None:
    """Texts and lists of OpenAI's calls that are larger than is allowed are let in by the settings that are printed."""
    path = write_lines(tmp_path / "calls.jsonl", {"input": "x" * 1_000_000}, {"input": ["x"] * 1201})

    report = json.loads(call_small("migrate-check", path, "--json").out)

    service = report["settings"]["service"]
    assert int(service["TIPSTAFF_MAX_COMMENT_BYTES"]) >= 1_000_000
    assert int(service["TIPSTAFF_MAX_COMMENTS"]) >= 1201
    assert int(service["TIPSTAFF_MAX_BODY_BYTES"]) >= 6 * int(service["TIPSTAFF_MAX_COMMENT_BYTES"])
    assert report["all_works"] is True


def test_recorded_scores_give_the_threshold_that_keeps_the_rate(call: Call, tmp_path: Path) -> None:
    """Where the log has Perspective's scores, the threshold at which ours flags as many is reported, for neighbours too."""
    texts = [f"I watered the {thing} in the garden." for thing in ("roses", "beans", "lawn", "trees")] + ["Shut up, you pathetic idiot."]
    records = [
        {
            "url": ADDRESS,
            "request": analyze("TOXICITY", "ATTACK_ON_AUTHOR", text=text),
            "response": scored(TOXICITY=score, ATTACK_ON_AUTHOR=score),
        }
        for text, score in zip(texts, (0.1, 0.2, 0.1, 0.15, 0.9), strict=True)
    ]
    path = write_lines(tmp_path / "calls.jsonl", *records)

    result = call("migrate-check", path, "--threshold", "TOXICITY=0.5")
    report = json.loads(call("migrate-check", path, "--threshold", "TOXICITY=0.5", "--json").out)

    toxicity, attack = report["thresholds"]["comparison"]["attributes"]
    assert result.code == 0
    assert (toxicity["attribute"], toxicity["rows"], toxicity["threshold"], toxicity["flagged"], toxicity["flagged_then"]) == (
        "TOXICITY",
        5,
        0.5,
        0.2,
        0.2,
    )
    assert (attack["attribute"], attack["agreement_then"]) == ("ATTACK_ON_AUTHOR", 1.0)
    assert "threshold for the same rate" in result.out
    assert not [text for text in texts if text in result.out + json.dumps(report)]


def test_requests_without_scores_show_ours(call: Call, tmp_path: Path) -> None:
    """Where no scores were recorded, the report says that thresholds cannot be kept, and what ours flags at the threshold."""
    texts = ["I watered the roses in the garden.", "Thanks, that helped.", "Lovely morning.", "Shut up, you pathetic idiot."]
    path = write_lines(tmp_path / "calls.jsonl", *[analyze("TOXICITY", text=text) for text in texts])

    result = call("migrate-check", path, "--threshold", "TOXICITY=0.8")

    assert result.code == 0
    assert "which thresholds keep the flag rate cannot be told without stored scores of Perspective" in result.out
    assert "TOXICITY: of 4 recorded comments ours flags 25.00% at 0.8" in result.out


def test_stored_scores_count_too(call: Call, tmp_path: Path) -> None:
    """A table of stored scores is compared as perspective-diff does, beside attributes and languages that the owner names."""
    with (tmp_path / "scores.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("comment", "toxicity"), ("Thanks, that helped.", 0.1), ("Shut up, you pathetic idiot.", 0.9)])

    options = ["--scores", tmp_path / "scores.csv", "--attribute", "TOXICITY", "--attribute", "SPAM", "--language", "de"]
    report = json.loads(call("migrate-check", *options, "--json").out)

    assert [one["attribute"] for one in report["attributes"]] == ["TOXICITY", "SPAM"]
    assert report["foreign_languages"] == ["de"]
    assert report["thresholds"]["comparison"]["attributes"][0]["same_rate"] > 0


def test_a_large_log_is_sampled(call_small: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more comments than are judged a random sample counts, the same in every run."""
    monkeypatch.setattr("service.migration.score_evidence._MAX_SAMPLE", 50)
    numbers = random.Random(1)
    records = [{"request": analyze(text=f"Number {at}"), "response": scored(TOXICITY=numbers.random())} for at in range(300)]
    path = write_lines(tmp_path / "calls.jsonl", *records)

    reports = [json.loads(call_small("migrate-check", path, "--json").out) for _ in range(2)]

    assert reports[0]["thresholds"]["recorded_with_scores"] == 300
    assert reports[0]["thresholds"]["comparison"]["attributes"][0]["rows"] == 50
    assert reports[0] == reports[1]


def test_what_cannot_be_read_is_said(call_small: Call, tmp_path: Path) -> None:
    """Damaged lines are counted with their places, and then not all can be said to work."""
    path = write_lines(tmp_path / "calls.jsonl", analyze(), '{"comment": {"text": "A very priv', "about something else")

    result = call_small("migrate-check", path)

    assert result.code == 3
    assert "records that cannot be read: 1: is not JSON, although it begins like it (calls.jsonl:2)" in result.out
    assert "records about something else: 1" in result.out


def test_names_of_damaged_files_move_no_cursor(call_small: Call, tmp_path: Path) -> None:
    """The name of a file that cannot be read is shown without what a terminal would obey: the code that is checked may be a stranger's."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a\x1b[2J\x1b]0;b\x07.log.gz").write_bytes(b"\x1f\x8b\x08\x00")
    answer = call_small("migrate-check", str(tmp_path / "code"))

    assert "[2J" in answer.out
    assert "\x1b" not in answer.out + answer.err


def test_nothing_to_check_is_not_a_success(call_small: Call, tmp_path: Path) -> None:
    """A folder in which nothing calls these services ends with 3, a call without anything to look at with 2, a wrong path with 1."""
    folder = write_caller(tmp_path, CALLERS["software that only sounds like it"])

    nothing = call_small("migrate-check", folder)
    missing = call_small("migrate-check", tmp_path / "missing")

    assert (nothing.code, missing.code, call_small("migrate-check").code) == (3, 1, 2)
    assert "nothing was found that calls Perspective" in nothing.out
    assert "there is no such file or folder" in missing.message


PAGE = (Path(__file__).parents[3] / "docs/migrate-check.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("line", [line for line in PAGE.splitlines() if line.startswith("tipstaff ")])
def test_commands_of_the_page_exist(call: Call, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """Every command that the page shows is there, with its options, and its help names the exit code of its own."""
    monkeypatch.setenv("COLUMNS", "200")
    _, command, *words = line.split()

    shown = call(command, "--help")

    assert shown.code == 0
    assert [word for word in words if word.startswith("--") and not re.search(rf"(?<!\S){word}\b", shown.out)] == []
    assert "Ends with 3" in shown.out


@pytest.mark.parametrize("name", CALLERS)
def test_no_key_is_ever_printed(call_small: Call, tmp_path: Path, name: str) -> None:
    """Whatever a caller's code holds, its key is in no report."""
    folder = write_caller(tmp_path, CALLERS[name])

    result = call_small("migrate-check", folder, "--json")

    assert result.code in {0, 3}
    assert KEY not in result.out + result.err
