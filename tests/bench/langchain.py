"""The same questions through a chain of LangChain's: retriever, prompt, ChatOpenAI. In a process of its own.

As its guides build one, with our embedder, the same passages and as many of them in the prompt. There is no
socket, no stored message, no customer's record, no search for words and no citation: that is what it leaves out.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from pydantic import SecretStr

from tests.bench.model import TimedModel

PASSAGES = 8
SYSTEM = (
    "You are the support assistant of Bench. Answer the customer's question from these sources and from nothing "
    "else, and put the number of the source after each statement.\n\n{context}"
)


async def milliseconds_to_request(model: TimedModel, passages: dict[str, Any], questions: list[str]) -> list[float]:
    """From each question until the model is asked. All processes of a machine share the clock."""
    model.arrived.clear()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "passages.npz"
        np.savez(file, **passages)
        command = (sys.executable, "-m", __name__, model.url, str(file))
        process = await asyncio.create_subprocess_exec(*command, stdin=-1, stdout=-1, stderr=-1)
        said, complaints = await process.communicate(json.dumps(questions).encode())
    if process.returncode:
        raise RuntimeError(complaints.decode())
    return [(then - asked) * 1000 for asked, then in zip(json.loads(said), model.arrived, strict=True)]


def chain(url: str, texts: list[str], vectors: Any) -> Any:
    from django.conf import settings
    from langchain_community.vectorstores import FAISS
    from langchain_core.embeddings import Embeddings
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_core.runnables import RunnablePassthrough
    from langchain_openai import ChatOpenAI

    from knowledge.embedders import get_embedder

    embedder = get_embedder(settings.EMBEDDING_MODEL)

    class Ours(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [vector.tolist() for vector in embedder.embed(texts)]

        def embed_query(self, text: str) -> list[float]:
            return [float(number) for number in embedder.embed_query(text)]

    def numbered(documents: list[Any]) -> str:
        return "\n\n".join(f"[{number}] {each.page_content}" for number, each in enumerate(documents, start=1))

    store = FAISS.from_embeddings(zip(texts, vectors.tolist(), strict=True), Ours())
    retriever = store.as_retriever(search_kwargs={"k": PASSAGES})
    prompt = ChatPromptTemplate.from_messages([("system", SYSTEM), ("human", "{question}")])
    model = ChatOpenAI(model="short", base_url=url, api_key=SecretStr("key"), max_retries=0)
    return {"context": retriever | numbered, "question": RunnablePassthrough()} | prompt | model


async def ask(url: str, file: str, questions: list[str]) -> list[float]:
    """The moment at which each question was asked."""
    stored = np.load(file)
    through = chain(url, [str(text) for text in stored["texts"]], stored["vectors"])
    moments = []
    for question in questions:
        moments.append(perf_counter())
        async for _ in through.astream(question):
            pass
    return moments


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(asyncio.run(ask(sys.argv[1], sys.argv[2], json.load(sys.stdin)))))  # noqa: T201
