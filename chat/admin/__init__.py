"""The admin of the chat: widgets to set up, and conversations to look at."""

from chat.admin import conversations, widgets

__all__ = ["conversations", "widgets"]
