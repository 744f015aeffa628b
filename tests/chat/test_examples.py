"""The code that companies copy is run: each language that this machine has makes a token that is believed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from accounts.identity import Key, proved
from chat.examples import FILES, snippets

SECRET = "s" * 48
CALLS = {
    "Python": 'print(supportbot_token({"id": "cus_1", "name": "Zoë", "email": "zoe@example.com"}))',
    "Node": 'console.log(supportbotToken({ id: "cus_1", name: "Zoë", email: "zoe@example.com" }));',
    "PHP": "echo supportbot_token(['id' => 'cus_1', 'name' => 'Zoë', 'email' => 'zoe@example.com']);",
    "Ruby": 'puts supportbot_token({ id: "cus_1", name: "Zoë", email: "zoe@example.com" })',
}
PROGRAMS = {"Python": sys.executable, "Node": "node", "PHP": "php", "Ruby": "ruby"}
INSTALLED = [language for language in FILES if shutil.which(PROGRAMS[language])]


@pytest.mark.parametrize("language", INSTALLED)
def test_the_code_makes_a_token_that_is_believed(language, tmp_path: Path):
    code = next(each.code for each in snippets("wk_1", "k1") if each.language == language)
    file = tmp_path / FILES[language]
    file.write_text(f"{code}\n{CALLS[language]}\n")

    made = subprocess.run(
        [PROGRAMS[language], file],
        env={"SUPPORTBOT_SECRET": SECRET, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    identity = proved(made.stdout.strip(), keys=[Key("k1", "HS256", SECRET)], audience="wk_1")

    assert (identity.external_id, identity.kid) == ("cus_1", "k1")
    assert identity.profile.news == {"name": "Zoë", "email": "zoe@example.com"}


@pytest.mark.parametrize("language", FILES)
def test_the_documentation_has_the_same_code(language):
    code = next(each.code for each in snippets() if each.language == language)

    assert code.strip() in (settings.BASE_DIR / "accounts" / "README.md").read_text()
