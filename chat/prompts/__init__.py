"""What the model is told, in at most as many tokens as it can read. Pure.

``rules.py`` has the words, ``blocks.py`` fences what others wrote, ``room.py`` counts, ``building.py`` puts a
prompt together and ``additions.py`` goes on with it: results of tools, and the request to revise a draft.
``summarising.py`` asks for the summary of turns that had no room.
"""

from chat.prompts.additions import with_revision, with_tool_result
from chat.prompts.building import Prompt, build_prompt

__all__ = ["Prompt", "build_prompt", "with_revision", "with_tool_result"]
