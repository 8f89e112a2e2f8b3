"""Clients that take an address work with that of the service, as the table of clients sets it, and in ways that their pages show."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from service.http.dialects.openai import CATEGORIES
from tests.service.http.clients.documented_clients import documented
from tests.service.http.clients.telling_apart import is_told_apart
from tests.service.http.sample_texts import FINE, GERMAN, HATEFUL, TOXIC

Script = Callable[..., Any]

# As in Google's documentation, but for the address, and as real-toxicity-prompts goes through its files.
GOOGLE_PYTHON = """
import json, sys
from googleapiclient import discovery
client = discovery.build("commentanalyzer", "v1alpha1", developerKey="API_KEY", static_discovery=False, discoveryServiceUrl=sys.argv[1])
answers = {}
def heard(request_id, response, exception):
    answers[request_id] = response["attributeScores"] if exception is None else str(exception)
batch = client.new_batch_http_request()
for text in sys.argv[3:]:
    attributes = {name: {} for name in json.loads(sys.argv[2])}
    body = {"comment": {"text": text}, "requestedAttributes": attributes, "spanAnnotations": True, "languages": ["en"]}
    batch.add(client.comments().analyze(body=body), request_id=text, callback=heard)
batch.execute()
print(json.dumps(answers))
"""
# As in Google's documentation, but for the address.
GOOGLEAPIS = """
import {google} from "googleapis";
const [address, attributes, ...texts] = process.argv.slice(1);
const client = await google.discoverAPI(address);
const requestedAttributes = Object.fromEntries(JSON.parse(attributes).map(name => [name, {}]));
const ask = text => client.comments.analyze({key: "API_KEY", resource: {comment: {text}, requestedAttributes}});
const suggestion = {comment: {text: texts[0]}, attributeScores: {TOXICITY: {summaryScore: {value: 0}}}, clientToken: "mine"};
const suggested = await client.comments.suggestscore({key: "API_KEY", resource: suggestion});
const answers = await Promise.all(texts.map(ask));
console.log(JSON.stringify([suggested.data.clientToken, ...answers.map(answer => answer.data.attributeScores)]));
"""
OPENAI_PYTHON = """
import asyncio, json, sys
from openai import AsyncOpenAI, OpenAI
async def ask():
    async with AsyncOpenAI() as client:
        return await client.moderations.create(model="omni-moderation-latest", input=sys.argv[1:])
answers = [OpenAI().moderations.create(model="omni-moderation-latest", input=sys.argv[1:]), asyncio.run(ask())]
print(json.dumps([[result.model_dump() for result in answer.results] for answer in answers]))
"""
OPENAI_NODE = """
import OpenAI from "openai";
const moderation = await new OpenAI().moderations.create({model: "omni-moderation-latest", input: process.argv.slice(1)});
console.log(JSON.stringify(moderation.results));
"""
LANGCHAIN = """
import asyncio, json, sys
from langchain_classic.chains import OpenAIModerationChain
moderation = OpenAIModerationChain()
async def ask():
    return [(await moderation.ainvoke(text))["output"] for text in sys.argv[1:]]
try:
    OpenAIModerationChain(error=True).invoke(sys.argv[-1])
except ValueError as error:
    raised = str(error)
print(json.dumps([[moderation.invoke(text)["output"] for text in sys.argv[1:]], asyncio.run(ask()), raised]))
"""
LITELLM = """
import asyncio, json, sys
from litellm import amoderation, moderation
model = "omni-moderation-latest"
answers = [moderation(input=sys.argv[1], model=model), asyncio.run(amoderation(input=sys.argv[2], model=model))]
print(json.dumps([json.loads(answer.model_dump_json(by_alias=True))["results"][0] for answer in answers]))
"""
CEDX_AKISMET = """
import {Author, Blog, CheckResult, Client, Comment} from "@cedx/akismet";
const [address, ...texts] = process.argv.slice(1);
const client = new Client("any key", new Blog({url: "https://www.yourblog.com"}), {baseUrl: address});
const comments = texts.map(content => new Comment({author: new Author({ipAddress: "192.168.123.456"}), content}));
const checked = [];
for (const comment of comments) checked.push(await client.checkComment(comment) == CheckResult.ham);
await client.submitHam(comments[0]);
await client.submitSpam(comments[1]);
console.log(JSON.stringify([await client.verifyKey(), checked]));
"""

# What real-toxicity-prompts asks for, and the sixteen of conversationai-moderator.
EIGHT = ["TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT", "SEXUALLY_EXPLICIT", "FLIRTATION"]
SIXTEEN = [
    *EIGHT,
    *["ATTACK_ON_AUTHOR", "ATTACK_ON_COMMENTER", "INCOHERENT", "INFLAMMATORY", "LIKELY_TO_REJECT", "OBSCENE", "SPAM", "UNSUBSTANTIAL"],
]
SERVED = set(EIGHT) - {"FLIRTATION"}
FRENCH = "La réunion commence à dix heures demain matin."


def discovery_address(client: str, service: str) -> str:
    """Return the address of the discovery document, as the setting of the client spells it."""
    return service + documented(client).setting.partition("SERVICE")[2].partition('"')[0]


def openai_variables(client: str, service: str) -> dict[str, str]:
    """Return the variables that the setting of the client names."""
    return {name: value.replace("SERVICE", service) for name, value in documented(client).environment.items()}


def summary_scores(scores: dict[str, Any]) -> dict[str, float]:
    return {name: attribute["summaryScore"]["value"] for name, attribute in scores.items()}


def test_google_api_python_client_gets_a_batch_of_eight_attributes(python_client: Script, address: str) -> None:
    """google-api-python-client gets, for each part of a batch, all that is served of what real-toxicity-prompts asks for."""
    document = discovery_address("PyPI google-api-python-client", address)

    answers = python_client(GOOGLE_PYTHON, document, json.dumps(EIGHT), FINE, TOXIC, HATEFUL)

    fine, toxic, hateful = (summary_scores(answers[text]) for text in (FINE, TOXIC, HATEFUL))
    assert set(fine) == set(toxic) == set(hateful) == SERVED
    assert is_told_apart(fine["TOXICITY"], toxic["TOXICITY"])
    assert is_told_apart(toxic["IDENTITY_ATTACK"], hateful["IDENTITY_ATTACK"])


def test_googleapis_discovers_the_service_and_gets_sixteen_attributes(node_client: Script, address: str) -> None:
    """The discoverAPI of googleapis asks, by one address, for conversationai-moderator's sixteen attributes, and gets those there are."""
    document = discovery_address("npm googleapis", address)

    token, *answers = node_client(GOOGLEAPIS, document, json.dumps(SIXTEEN), FINE, TOXIC)

    fine, toxic = (summary_scores(scores) for scores in answers)
    assert token == "mine"
    assert set(fine) == set(toxic) == SERVED
    assert is_told_apart(fine["INSULT"], toxic["INSULT"])


def test_openai_python_works_without_arguments(python_client: Script, address: str) -> None:
    """OpenAI's Python client takes the address from the environment, waiting or not."""
    waiting, asynchronous = python_client(OPENAI_PYTHON, FINE, TOXIC, HATEFUL, env=openai_variables("PyPI openai", address))

    assert [result["flagged"] for result in waiting] == [False, True, True]
    assert is_told_apart(waiting[0]["category_scores"]["harassment"], waiting[1]["category_scores"]["harassment"])
    assert asynchronous == waiting


def test_openai_node_works_without_arguments(node_client: Script, address: str) -> None:
    """OpenAI's npm client takes the address from the environment too."""
    results = node_client(OPENAI_NODE, FINE, TOXIC, HATEFUL, env=openai_variables("npm openai", address))

    assert [result["flagged"] for result in results] == [False, True, True]
    assert is_told_apart(results[1]["category_scores"]["hate"], results[2]["category_scores"]["hate"])


def test_langchain_lets_innocent_text_through_in_any_language(python_client: Script, address: str) -> None:
    """LangChain's OpenAIModerationChain returns what is harmless as it is, French and German too, and stops an insult."""
    texts = [FINE, FRENCH, GERMAN, TOXIC]

    waiting, asynchronous, raised = python_client(LANGCHAIN, *texts, env=openai_variables("PyPI langchain-classic", address))

    assert waiting[:3] == texts[:3]
    assert waiting[3] == raised == "Text was found that violates OpenAI's content policy."
    assert asynchronous == waiting


@pytest.mark.nightly
def test_litellm_keeps_every_category(python_client: Script, address: str) -> None:
    """LiteLLM's moderation and amoderation flag an insult, not thanks, with all thirteen categories."""
    fine, toxic = python_client(LITELLM, FINE, TOXIC, env=openai_variables("PyPI litellm", address))

    assert [fine["flagged"], toxic["flagged"]] == [False, True]
    names = {re.sub("[/-]", "_", category) for category in CATEGORIES}
    assert names <= set(fine["categories"])
    assert names <= set(toxic["category_scores"])
    assert is_told_apart(fine["category_scores"]["harassment"], toxic["category_scores"]["harassment"])


def test_cedx_akismet_calls_the_address_that_it_is_given(node_client: Script, address: str) -> None:
    """@cedx/akismet, given a base URL, has its key taken, its comments checked and its submissions kept."""
    verified, is_ham = node_client(CEDX_AKISMET, address, FINE, TOXIC)

    assert (verified, is_ham) == (True, [True, False])
