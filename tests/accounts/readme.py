"""The examples of ``accounts/README.md``, which are tried out as they stand there."""

import re
import shlex

from django.conf import settings


def examples(section: str, language: str = "") -> list[str]:
    """The blocks of code under a heading."""
    readme = (settings.BASE_DIR / "accounts" / "README.md").read_text()
    text = readme.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [code for named, code in blocks if named == language]


def commands(section: str) -> list[list[str]]:
    """Those to type, each as the words a shell makes of it."""
    lines = re.sub(r"\\\n\s*", "", "\n".join(examples(section)))
    return [shlex.split(command) for command in re.split(r"\n(?=curl )|\n\n", lines) if command.strip()]
