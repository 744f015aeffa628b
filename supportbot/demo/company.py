"""The demo company as it is written in ``company.json``, with its dates counted from today."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DOCUMENTS = HERE / "documents"


def read() -> dict[str, Any]:
    company: dict[str, Any] = json.loads((HERE / "company.json").read_text("utf-8"))
    return company


def moment(now: datetime, days: float | None) -> datetime | None:
    return None if days is None else now + timedelta(days=days)


def with_dates(now: datetime, text: str) -> str:
    """``{date:-3}`` becomes the day three days ago, as in "19 November 2026"."""

    def written(match: re.Match[str]) -> str:
        day = now + timedelta(days=int(match[1]))
        return f"{day.day} {day:%B %Y}"

    return re.sub(r"\{date:([+-]?\d+)\}", written, text)
