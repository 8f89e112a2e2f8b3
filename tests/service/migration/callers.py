"""Small callers of Perspective, OpenAI and Akismet in several languages, written for the tests, and what each of them uses."""

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["CALLERS", "SampleCaller", "write_caller"]

KEY = "sesame0123456"
"""A key that no report may repeat."""


@dataclass(frozen=True)
class SampleCaller:
    """A caller, and what a reader of its code would say that it uses."""

    files: dict[str, str]
    attributes: set[str] = field(default_factory=set)
    thresholds: dict[str, set[float]] = field(default_factory=dict)
    languages: set[str] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    features: set[str] = field(default_factory=set)
    score_types: set[str] = field(default_factory=set)
    dialects: set[str] = field(default_factory=lambda: {"perspective"})


def write_caller(folder: Path, caller: SampleCaller) -> Path:
    """Write a caller's files below a folder, and return it."""
    for name, text in caller.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


PERSPECTIVE, AKISMET = "commentanalyzer.googleapis.com", "rest.akismet.com"

CALLERS = {
    "python with requests": SampleCaller(
        {
            "bot/moderate.py": f'''
import requests

"""We used to ask for FLIRTATION."""
URL = "https://commentanalyzer.googleapis.com/v1alpha1/comments:analyze?key={KEY}"
# INFLAMMATORY was never of any use
ATTRIBUTES = ["TOXICITY", "SEVERE_TOXICITY", "ATTACK_ON_AUTHOR"]


def is_bad(text):
    body = {{
        "comment": {{"text": text, "type": "PLAIN_TEXT"}},
        "languages": ["en", "fr"],
        "requestedAttributes": {{name: {{}} for name in ATTRIBUTES}},
        "spanAnnotations": True,
    }}
    scores = requests.post(URL, json=body).json()["attributeScores"]
    if scores["SEVERE_TOXICITY"]["summaryScore"]["value"] >= 0.6:
        return True
    return scores["TOXICITY"]["summaryScore"]["value"] > 0.85
'''
        },
        attributes={"TOXICITY", "SEVERE_TOXICITY", "ATTACK_ON_AUTHOR"},
        thresholds={"SEVERE_TOXICITY": {0.6}, "TOXICITY": {0.85}},
        languages={"en", "fr"},
        hosts={PERSPECTIVE},
        features={"spans"},
    ),
    "python with Google's client": SampleCaller(
        {
            "requirements.txt": "google-api-python-client==2.1\n",
            "app.py": """
from googleapiclient import discovery

client = discovery.build(
    "commentanalyzer", "v1alpha1",
    discoveryServiceUrl="https://commentanalyzer.googleapis.com/$discovery/rest?version=v1alpha1",
)
request = {"comment": {"text": "hi"}, "requestedAttributes": {"TOXICITY": {"scoreType": "PERCENTILE"}, "NASTINESS": {}}}
""",
        },
        attributes={"TOXICITY", "NASTINESS"},
        libraries={"google-api-python-client"},
        hosts={PERSPECTIVE},
        score_types={"PERCENTILE"},
    ),
    "javascript with Google's own client": SampleCaller(
        {
            "package.json": '{"description": "perspective", "dependencies": {"@conversationai/perspectiveapi-js-client": "^1.0.1"}}',
            "node_modules/perspective-api-client/index.js": 'const host = "commentanalyzer.googleapis.com";',
            "index.js": """
const Perspective = require("@conversationai/perspectiveapi-js-client");
/* nobody wants
   "FLIRTATION" */
new Perspective(process.env.KEY).getScores(text, { attributes: ["TOXICITY", "SPAM"] }).then((scores) => {
  const threshold = 0.75; // was 0.9
});
""",
        },
        attributes={"TOXICITY", "SPAM"},
        thresholds={"": {0.75}},
        libraries={"@conversationai/perspectiveapi-js-client"},
    ),
    "typescript with a table of thresholds": SampleCaller(
        {
            "src/scores.ts": """
import { Client } from "perspective-api-client";

export const limits: Record<string, number> = {
  IDENTITY_ATTACK: 0.5,
  "INSULT": .7,
  threat: 0.65,
};
const answer = await perspective.analyze(text, { attributes: Object.keys(limits), languages: ["de"] });
if (answer.attributeScores.IDENTITY_ATTACK.summaryScore.value > limits.IDENTITY_ATTACK) hide();
"""
        },
        attributes={"IDENTITY_ATTACK", "INSULT", "THREAT"},
        thresholds={"IDENTITY_ATTACK": {0.5}, "INSULT": {0.7}, "THREAT": {0.65}},
        languages={"de"},
        libraries={"perspective-api-client"},
    ),
    "php with variables": SampleCaller(
        {
            "check.php": """<?php
$url = 'https://commentanalyzer.googleapis.com/v1alpha1/comments:analyze?key=' . $key;
$tox = $answer['attributeScores']['TOXICITY']['summaryScore']['value'];
$severe = $answer['attributeScores']['SEVERE_TOXICITY']['summaryScore']['value'];
return $tox > 0.8 || $severe > 0.6;
"""
        },
        attributes={"TOXICITY", "SEVERE_TOXICITY"},
        thresholds={"TOXICITY": {0.8}, "SEVERE_TOXICITY": {0.6}},
        hosts={PERSPECTIVE},
    ),
    "php": SampleCaller(
        {
            "src/Checker.php": """<?php
$body = [
    'comment' => ['text' => $text, 'type' => 'HTML'],
    'languages' => ['en'],
    'requestedAttributes' => ['PROFANITY' => new stdClass(), 'LIKELY_TO_REJECT' => new stdClass()], # THREAT is next
];
$url = 'https://commentanalyzer.googleapis.com/v1alpha1/comments:analyze?key=' . $key;
if ($scores['PROFANITY']['summaryScore']['value'] >= 0.9) { $hold = true; }
"""
        },
        attributes={"PROFANITY", "LIKELY_TO_REJECT"},
        thresholds={"PROFANITY": {0.9}},
        languages={"en"},
        hosts={PERSPECTIVE},
        features={"HTML"},
    ),
    "ruby": SampleCaller(
        {
            "Gemfile": 'source "x"\ngem "akismet", "~> 3"\n',
            "lib/check.rb": f'''
# TOXICITY_FAST was fine too
body = {{ comment: {{ text: text }}, requestedAttributes: {{ "TOXICITY" => {{}}, "INCOHERENT" => {{}} }} }}
client = Akismet::Client.new("{KEY}", "https://blog.example")
flag if value >= 0.8
''',
        },
        attributes={"TOXICITY", "INCOHERENT"},
        thresholds={"": {0.8}},
        libraries={"akismet (Ruby)"},
        dialects={"perspective", "akismet"},
    ),
    "R": SampleCaller(
        {
            "score.R": """
library(peRspective)
prsp_score(text, languages = "en", score_model = c("TOXICITY", "UNSUBSTANTIAL"))
"""
        },
        attributes={"TOXICITY", "UNSUBSTANTIAL"},
        languages={"en"},
        libraries={"peRspective"},
    ),
    "go": SampleCaller(
        {
            "main.go": """package main

type request struct {
	RequestedAttributes map[string]attribute `json:"requestedAttributes"`
}

// "FLIRTATION" is not asked for
var wanted = map[string]attribute{"TOXICITY": {}, "SEXUALLY_EXPLICIT": {}}

const toxicityThreshold = 0.72
"""
        },
        attributes={"TOXICITY", "SEXUALLY_EXPLICIT"},
        thresholds={"": {0.72}},
    ),
    "java": SampleCaller(
        {
            "Perspective.java": """
class Perspective {
  static final String HOST = "https://commentanalyzer.googleapis.com";
  // "OBSCENE"
  JsonObject requestedAttributes = new JsonObject().add("THREAT", new JsonObject()).add("MORAL_OUTRAGE_EXPERIMENTAL", new JsonObject());
}
"""
        },
        attributes={"THREAT", "MORAL_OUTRAGE_EXPERIMENTAL"},
        hosts={PERSPECTIVE},
    ),
    "rust with an enumeration": SampleCaller(
        {
            "src/main.rs": """
use perspective_api::Client;
let wanted = [Attribute::SevereToxicity, Attribute::Threat, Attribute::IdentityAttackExperimental];
let threat_level = SomethingElse::Insult;
"""
        },
        attributes={"SEVERE_TOXICITY", "THREAT"},
    ),
    "c sharp": SampleCaller(
        {
            "Client.cs": """
var body = new { comment = new { text }, requestedAttributes = new { TOXICITY = new { }, PROFANITY = new { } } };
if (score > 0.66f) Hold();
"""
        },
        attributes={"TOXICITY", "PROFANITY"},
        thresholds={"": {0.66}},
    ),
    "settings of a plugin": SampleCaller(
        {
            "config/settings.yml": """
plugins:
  # perspective_toxicity_model: toxicity
  perspective_toxicity_model: "severe toxicity (experimental)"
  perspective_flag_post_min_toxicity_confidence: 90
  languages: [en, pt-BR]
"""
        },
        attributes={"SEVERE_TOXICITY_EXPERIMENTAL"},
        languages={"en", "pt-BR"},
        thresholds={"": {0.9}},
        libraries={"discourse-perspective-api"},
    ),
    "settings in lists": SampleCaller(
        {
            "config.yml": """
perspective:
  attributes:
    - TOXICITY
    - SPAM
  thresholds:
    toxicity: 0.8
    spam: 0.95
  languages:
    - en
    - fr
  action: hide
""",
            "limits.py": """
class Limits:
    toxicity: float = 0.6
    severe_toxicity = 0.5

payload = {
    "requestedAttributes": {},
    "languages": [
        "pt",
    ],
}
""",
        },
        attributes={"TOXICITY", "SPAM", "SEVERE_TOXICITY"},
        thresholds={"TOXICITY": {0.6, 0.8}, "SPAM": {0.95}, "SEVERE_TOXICITY": {0.5}},
        languages={"en", "fr", "pt"},
    ),
    "variables of the environment": SampleCaller(
        {".env": f"PERSPECTIVE_KEY={KEY}\nPERSPECTIVE_ATTRIBUTES=TOXICITY,THREAT\nPERSPECTIVE_THRESHOLD=0.81\n"},
        attributes={"TOXICITY", "THREAT"},
        thresholds={"": {0.81}},
    ),
    "constants in a file of their own": SampleCaller(
        {"constants.kt": 'val ATTRIBUTES = listOf("TOXICITY", "SEVERE_TOXICITY", "SPAM")\n'},
        attributes={"TOXICITY", "SEVERE_TOXICITY", "SPAM"},
    ),
    "a notebook": SampleCaller(
        {
            "analysis.ipynb": (
                '{"cells": [{"cell_type": "markdown", "source": ["FLIRTATION in requestedAttributes"]}, {"cell_type": "code", '
                '"source": ["req = {\\"requestedAttributes\\": {\\"INFLAMMATORY\\": {}}}\\n", "# \\"SPAM\\"\\n"]}]}'
            )
        },
        attributes={"INFLAMMATORY"},
    ),
    "a shell script": SampleCaller(
        {
            "check.sh": f"""#!/bin/sh
curl "https://commentanalyzer.googleapis.com/v1alpha1/comments:analyze?key={KEY}" -d '{{
  "comment": {{"text": "hello"}},
  "languages": ["es"],
  "requestedAttributes": {{"INSULT": {{}}}}
}}'
"""
        },
        attributes={"INSULT"},
        languages={"es"},
        hosts={PERSPECTIVE},
    ),
    "openai in python": SampleCaller(
        {
            "requirements.txt": "openai\n",
            "guard.py": "from openai import OpenAI\nflagged = OpenAI().moderations.create(input=text).results[0].flagged\n",
        },
        libraries={"openai"},
        dialects={"openai"},
    ),
    "openai in a page": SampleCaller(
        {
            "chat.ts": """
const client = new OpenAI({ apiKey, dangerouslyAllowBrowser: true });
const { results } = await client.moderations.create({ input });
if (results[0].category_scores["violence"] > 0.4) warn();
"""
        },
        libraries={"openai"},
        features={"category scores", "web pages"},
        dialects={"openai"},
    ),
    "openai by hand": SampleCaller(
        {"guard.go": 'const endpoint = "https://api.openai.com/v1/moderations"\n'},
        hosts={"api.openai.com"},
        dialects={"openai"},
    ),
    "akismet in node": SampleCaller(
        {"package.json": '{"dependencies": {"akismet-api": "^6.0.0"}}', "spam.js": 'const { AkismetClient } = require("akismet-api");\n'},
        libraries={"akismet-api"},
        dialects={"akismet"},
    ),
    "akismet in python": SampleCaller(
        {"pyproject.toml": '[project]\ndependencies = [\n  "akismet>=25",\n]\n', "spam.py": "import akismet\n"},
        libraries={"akismet (PyPI)"},
        dialects={"akismet"},
    ),
    "software that only sounds like it": SampleCaller(
        {
            "gemini.py": 'SAFETY = {"HARM_CATEGORY_SEXUALLY_EXPLICIT": "BLOCK"}\nlevels = ["THREAT", "SPAM", "INSULT"]\n',
            "chat.py": "from openai import OpenAI\nOpenAI().chat.completions.create(model=m, messages=[])\nthreshold = 0.5\n",
            "package.json": '{"keywords": ["akismet", "perspective"]}',
            "guard.py": 'CATEGORIES = ["SEXUALLY_EXPLICIT", "VIOLENCE"]\nentries: list = []\n',
        },
        dialects=set(),
    ),
}
