"""The admin of the chat: widgets to set up, conversations to look at, and customers to export and to erase."""

from chat.admin import conversations, privacy, widgets

__all__ = ["conversations", "privacy", "widgets"]
