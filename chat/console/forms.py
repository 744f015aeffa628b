"""What agents send, checked."""

from django import forms

from chat.console.selectors import FOLDERS, LONGEST_LIST, PAGE
from chat.frames import MAX_MESSAGE_CHARACTERS
from chat.hygiene import clean


class InboxForm(forms.Form):
    """Which part of the inbox is looked at. A wrong value is not worth an error: the default stands in."""

    folder = forms.ChoiceField(choices=[(name, name) for name in FOLDERS], required=False)
    q = forms.CharField(max_length=200, required=False)
    size = forms.IntegerField(min_value=PAGE, max_value=LONGEST_LIST, required=False)

    @property
    def folder_name(self) -> str:
        return self._valid("folder") or "open"

    @property
    def search(self) -> str:
        return self._valid("q")

    @property
    def length(self) -> int:
        return int(self._valid("size") or PAGE)

    def _valid(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")


class NewsForm(forms.Form):
    after = forms.IntegerField(min_value=0, max_value=2**31 - 1)

    @property
    def seq(self) -> int:
        return int(self.cleaned_data["after"]) if self.is_valid() else 0


class ReplyForm(forms.Form):
    text = forms.CharField(
        max_length=MAX_MESSAGE_CHARACTERS,
        error_messages={
            "required": "Write something first.",
            "max_length": "Messages may have 8 000 characters. Please shorten it.",
        },
    )
    # Made by the page for each reply: pressing Enter twice sends once.
    client_id = forms.CharField(max_length=64, error_messages={"required": "Please reload the page and try again."})

    def clean_text(self) -> str:
        text = clean(self.cleaned_data["text"]).strip()
        if not text:
            raise forms.ValidationError("Write something first.")
        return text

    @property
    def problem(self) -> str:
        """The first thing to put right, in one sentence."""
        return str(next(iter(self.errors.values()))[0])
