"""What the way from a customer's question to the model costs, and that of each token back, in a server as it runs.

The model answers at once, so all the time that passes is ours.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from channels.db import database_sync_to_async
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect

from accounts.identity import issue_token
from accounts.models import Customer
from chat.models import Message, Widget
from chat.signing import make_secret
from knowledge.building import build_index
from knowledge.embedders import get_embedder
from knowledge.ingestion import ingest
from knowledge.models import Chunk, Collection
from knowledge.services import save_document
from knowledge.vectors import vectors_of
from supportbot.demo.company import DOCUMENTS
from tests.bench import langchain
from tests.bench.customers import customer_with_record
from tests.bench.library import fill
from tests.bench.model import TOKENS, TimedModel, raw_seconds
from tests.bench.report import Row
from tests.bench.sockets import ORIGIN, SERVER, free_port, wait_for
from tests.bench.vectors import RealVectors, demo_passages, pieces
from tests.chat.llm.model_server import model_server

PASSAGES = 10_000
QUESTIONS = 100
STREAMS = 5
READ = "How do I change my plan?"
# What is imported, opened and connected once is not what a question costs.
WARMUP = 5
GOAL_MEDIAN_MS, GOAL_P95_MS = 35, 80
GOAL_TOKEN_MS = 1.0
UNLIMITED = ("CHAT_LIMIT_VISITOR", "CHAT_LIMIT_IP", "CHAT_MESSAGES_VISITOR", "CHAT_MESSAGES_IP")


def measure() -> list[Row]:
    embedder = get_embedder(settings.EMBEDDING_MODEL)
    collection = filled()
    widget = Widget.objects.create(name="Bench", origins=[ORIGIN])
    widget.collections.add(collection)
    customer = customer_with_record()
    questions = [f"{piece}?" for piece in pieces(demo_passages(embedder))]
    taken, chain, streamed, raw = asyncio.run(measured(widget, customer, collection, questions))
    return [*rows_to_request(taken, chain), *stages(), row_per_token(streamed, raw)]


def filled() -> Collection:
    """Passages of no meaning, and among them the pages of the demo company, which the questions are about."""
    real = RealVectors(get_embedder(settings.EMBEDDING_MODEL))
    collection = fill("answering", real.rotated(PASSAGES, seed=11))
    pages = [(str(page.relative_to(DOCUMENTS)), page.read_text()) for page in sorted(DOCUMENTS.rglob("*.md"))]
    ingest([save_document(collection=collection, path=name, content=text)[0].pk for name, text in pages])
    build_index(collection.pk)
    return collection


async def measured(
    widget: Widget, customer: Customer, collection: Collection, questions: list[str]
) -> tuple[list[float], list[float], float, float]:
    """Milliseconds to the model, ours and a chain's, and seconds to read a long answer, ours and raw."""
    passages = await database_sync_to_async(passages_of)(collection)
    key = await database_sync_to_async(make_secret)(widget)
    async with model_server(TimedModel()) as model:
        with server(model.url) as address:
            token = issue_token(customer.external_id, secret=key.secret, audience=widget.public_key)
            url = f"ws://{address}/ws/chat/?widget={widget.public_key}"
            taken, streamed = await asked(url, token, model, questions)
        model.mode = "short"
        chain = await langchain.milliseconds_to_request(model, passages, questions[: WARMUP + QUESTIONS])
        raw = median([await raw_seconds(model) for _ in range(STREAMS)])
    return taken[WARMUP:], chain[WARMUP:], median(streamed), raw


def passages_of(collection: Collection) -> dict[str, Any]:
    """All of them as they were embedded."""
    texts = dict(Chunk.objects.filter(document__collection=collection).values_list("content_hash", "text"))
    embedder = get_embedder(settings.EMBEDDING_MODEL)
    return {"texts": [*texts.values()], "vectors": vectors_of([*texts], embedder.name, embedder.dimension)}


async def asked(url: str, token: str, model: TimedModel, questions: list[str]) -> tuple[list[float], list[float]]:
    """Milliseconds until the model is asked, and seconds to read long answers.

    Of the questions, which are pieces of sentences, those are left out that no model is asked.
    """
    taken: list[float] = []
    async with connect(url, origin=ORIGIN, compression=None) as socket:  # type: ignore[arg-type]
        await socket.send(json.dumps({"type": "hello", "token": token}))
        await until(socket, "ready")
        for question in questions:
            taken += await milliseconds_to_request(socket, model, question)
            if len(taken) == WARMUP + QUESTIONS:
                break
        model.mode = "long"
        return taken, [await seconds_to_read(socket, model, READ) for _ in range(STREAMS)]


@contextmanager
def server(model_url: str) -> Iterator[str]:
    port = free_port()
    environment = {
        **os.environ,
        "OPENAI_BASE_URL": model_url,
        "OPENAI_API_KEY": "key",
        "CHAT_MODEL": "short",
        "EMBEDDING_MODEL": settings.EMBEDDING_MODEL,
        **dict.fromkeys(UNLIMITED, "0"),
    }
    process = subprocess.Popen([sys.executable, "-m", "uvicorn", "--port", str(port), *SERVER], env=environment)
    try:
        wait_for(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


async def until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = json.loads(await socket.recv())
        if frame["type"] == kind:
            return frame


async def ask(socket: ClientConnection, text: str) -> float:
    """In a conversation of its own: what stands alone is never put differently. Returns when it was asked."""
    await socket.send(json.dumps({"type": "new"}))
    await until(socket, "ready")
    asked = perf_counter()
    await socket.send(json.dumps({"type": "message", "id": "question", "text": text}))
    return asked


async def milliseconds_to_request(socket: ClientConnection, model: TimedModel, text: str) -> list[float]:
    """None, or one."""
    model.arrived.clear()
    asked = await ask(socket, text)
    await until(socket, "answer.finished")
    return [(arrived - asked) * 1000 for arrived in model.arrived[:1]]


async def seconds_to_read(socket: ClientConnection, model: TimedModel, text: str) -> float:
    """From the model's first token to the last that the customer sees."""
    model.arrived.clear()
    await ask(socket, text)
    seen = 0.0
    while (frame := json.loads(await socket.recv()))["type"] != "answer.finished":
        if frame["type"] == "answer.delta":
            seen = perf_counter()
    return seen - model.arrived[0]


def rows_to_request(taken: list[float], chain: list[float]) -> list[Row]:
    p50, p95, theirs = np.percentile(taken, 50), np.percentile(taken, 95), np.percentile(chain, 50)
    return [
        Row(
            "message → model asked, p50",
            f"{p50:.1f} ms",
            goal=f"< {GOAL_MEDIAN_MS} ms",
            met=bool(p50 < GOAL_MEDIAN_MS),
        ),
        Row("  p95", f"{p95:.1f} ms", goal=f"< {GOAL_P95_MS} ms", met=bool(p95 < GOAL_P95_MS)),
        Row(
            "  beside a LangChain chain without socket, storage, record and words",
            f"{p50:.1f} ms",
            f"{theirs:.1f} ms",
            ratio=f"{p50 / theirs:.1f}",
            goal="not slower",
            met=bool(p50 <= theirs),
        ),
    ]


def row_per_token(ours: float, raw: float) -> Row:
    added = (ours - raw) * 1000 / TOKENS
    return Row(
        f"{TOKENS} tokens read, {added:.2f} ms more each",
        f"{ours * 1000:.0f} ms",
        f"{raw * 1000:.0f} ms",
        goal=f"< {GOAL_TOKEN_MS:g} ms more",
        met=added < GOAL_TOKEN_MS,
    )


def stages() -> list[Row]:
    """Of the way to the request, by what the answers say of themselves."""
    answers = Message.objects.filter(role=Message.Role.BOT, conversation__widget__name="Bench").order_by("pk")
    traces = [trace for trace in answers.values_list("trace", flat=True) if "prompt_tokens" in trace][WARMUP:-STREAMS]
    return [
        Row(f"  of which {what}, p50", f"{median(trace[key] for trace in traces):.1f} ms")
        for what, key in (("question embedded and record read", "embed_ms"), ("search", "context_ms"))
    ]
