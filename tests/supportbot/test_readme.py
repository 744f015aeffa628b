"""What the README shows of an answer is what the demo company's customer is told."""

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings as django_settings

from chat.records import Answer
from tests.supportbot.demo import answered, load_indexed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

DAY = datetime(2026, 11, 26, 12, tzinfo=UTC)


def shown() -> tuple[str, str, list[dict[str, Any]], dict[str, Any]]:
    """The question, the answer's text without its line ends, its citations and its trace."""
    readme = (django_settings.BASE_DIR / "README.md").read_text()
    section = readme.partition("### One answer")[2].partition("\n## ")[0]
    asked = re.search(r'asks "(.*?)":', section)
    assert asked
    said = " ".join(re.findall(r"^[> ]*>(.*)$", section, re.MULTILINE))
    citations, trace = map(json.loads, re.findall(r"```json\n(.*?)```", section, re.DOTALL))
    return asked[1], one_line(said), citations, trace


def one_line(text: str) -> str:
    return " ".join(text.replace("\n> ", "\n").split())


@pytest.fixture
def answer(settings, tmp_path, time_machine) -> Answer:
    time_machine.move_to(DAY)
    load_indexed(settings, tmp_path)
    return answered(shown()[0], "cus_maya")


def is_time(name: str) -> bool:
    return name.endswith("_ms")


def part_of(real: Any, said: Any) -> Any:
    """As much of it as the README shows; of times only that there are any, and scores to a hundredth."""
    match said:
        case dict():
            return {
                name: part if is_time(name) and name in real else part_of(real[name], part)
                for name, part in said.items()
            }
        case [{"number": int()}, *_]:
            numbered = {each["number"]: each for each in real}
            return [part_of(numbered[each["number"]], each) for each in said]
        case float():
            return said if real == pytest.approx(said, abs=0.01) else real
    return real


def test_the_readme_shows_a_real_answer_with_its_citations_and_trace(answer):
    _, text, citations, trace = shown()
    cited = [asdict(each) | {"as_of": each.as_of and each.as_of.isoformat()} for each in answer.citations]

    assert text == one_line(answer.text)
    assert len(cited) == len(citations)
    assert part_of(cited, citations) == citations
    assert part_of(answer.trace, trace) == trace
    assert len(answer.trace["sources"]) == 14
