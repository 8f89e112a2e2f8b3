"""Calls as Perspective's clients make them, and what they read in the answers."""

from pathlib import Path
from typing import Any

import httpx

from service.settings import read_settings
from service.store.rulings.act import Act
from service.store.store import open_store
from tests.service.http.sample_texts import TOXIC

ANALYZE = "/v1alpha1/comments:analyze"
SUGGEST = "/v1alpha1/comments:suggestscore"


def analyze_body(text: str = TOXIC, **more: object) -> dict[str, object]:
    """Return the body of a call that asks for the toxicity of a text."""
    return {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}, **more}


def analyze(client: httpx.Client, text: str = TOXIC, *attributes: str, **more: object) -> httpx.Response:
    """Ask for scores of a text: its toxicity if no other attribute is named."""
    requested: dict[str, object] = {name: {} for name in attributes or ("TOXICITY",)}
    return client.post(ANALYZE, json={"comment": {"text": text}, "requestedAttributes": requested} | more)


def summary_score(answer: httpx.Response, attribute: str = "TOXICITY") -> float:
    """Return the score of the whole text, from an answer that has to be a success."""
    assert answer.status_code == 200, answer.text
    score: float = answer.json()["attributeScores"][attribute]["summaryScore"]["value"]
    return score


def read_error(answer: httpx.Response, status: int = 400) -> tuple[str, str, dict[str, Any]]:
    """Return the status word, the message and the first detail of a refusal in the form of Google's services."""
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, status), answer.text
    return error["status"], error["message"], (error.get("details") or [{}])[0]


def stored_rulings(folder: Path) -> list[Act]:
    """Return the rulings in the store of a service."""
    store = open_store(read_settings(data_dir=folder))
    rulings = [entry.act for entry in store.rulings.effective()]
    store.close()
    return rulings
