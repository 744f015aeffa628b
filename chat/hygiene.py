"""Texts of others on their way into a prompt. Pure.

``clean`` and ``Cleaner`` are the same for all of supportbot: what is typed, ingested, sent to a model or shown.
"""

import re
from typing import Any

from supportbot.hygiene import Cleaner, clean

__all__ = ["Cleaner", "clean", "cleaned", "neutralised"]

# What chat templates are made of: ChatML and Llama 3, DeepSeek, Llama 2 and Mistral, Gemma, tool calls of Qwen.
# Servers read them as the tokens they stand for, wherever they find them.
TEMPLATE_TOKEN = re.compile(
    r"<(?=[|｜][^<>|｜\n]{1,60}[|｜]>)"
    r"|<(?=/?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn|think|tool_call|tool_response|tools)>)"
    r"|<(?=</?SYS>>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\])",
    re.IGNORECASE,
)
# A line that begins like another turn of the conversation.
ROLE = re.compile(
    r"^(?=[ \t]*(?:SYSTEM|DEVELOPER|ASSISTANT|USER|HUMAN|TOOL|Human|Assistant|### ?(?:Instruction|Response))[ \t]*:)",
    re.MULTILINE,
)


def cleaned(value: Any) -> Any:
    """``clean`` for every text in what JSON can hold. Not for names of keys, which are ours."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {name: cleaned(each) for name, each in value.items()}
    return [cleaned(each) for each in value] if isinstance(value, list | tuple) else value


def neutralised(text: str, boundary: str) -> str:
    """``text`` as it may stand in a data block that ``boundary`` ends: it can end neither the block nor the turn.

    Readable as before, with a space in each template token and a mark before each line that names a role.
    Doing it twice changes nothing.
    """
    text = re.sub(re.escape(boundary), "�", clean(text), flags=re.IGNORECASE)
    return ROLE.sub("> ", TEMPLATE_TOKEN.sub(r"\g<0> ", text))
