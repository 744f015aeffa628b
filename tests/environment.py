"""The environment of the tests, set before Django reads it: pytest loads this file first of all.

Nothing of the developer's own environment reaches a test, and no test reaches the developer's data.
Each process gets a folder of its own, which the first process removes in the end.
"""

import atexit
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI") == "true"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

# Why the run with PostgreSQL and Redis cannot take place, if it was asked for and cannot.
missing_services = ""


def forget_settings() -> None:
    for name in re.findall(r"^#?\s*([A-Z_]+)=", (ROOT / "docker/.env.example").read_text(), re.MULTILINE):
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)


def use_services() -> None:
    """One server for the whole run; a database and a Redis number of its own for each process."""
    global missing_services
    try:
        os.environ["TEST_DATABASE_URL"] = servers.postgres_url()
        os.environ["TEST_REDIS_URL"] = servers.redis_url()
    except servers.NotInstalled as error:
        missing_services = str(error)
        return
    number = int(WORKER.removeprefix("gw")) + 1 if WORKER != "main" else 0
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
    os.environ["REDIS_URL"] = re.sub(r"/\d+$", f"/{number}", os.environ["TEST_REDIS_URL"])
    os.environ["SECRET_KEY"] = "only-for-tests"


if "TEST_RUN_DIR" not in os.environ:
    os.environ["TEST_RUN_DIR"] = tempfile.mkdtemp(prefix="supportbot-tests-")
    atexit.register(shutil.rmtree, os.environ["TEST_RUN_DIR"], ignore_errors=True)

forget_settings()
os.environ["DATA_DIR"] = str(Path(os.environ["TEST_RUN_DIR"], WORKER))
os.environ["STATIC_ROOT"] = str(Path(os.environ["TEST_RUN_DIR"], "not-collected"))
os.environ["EMBEDDING_MODEL"] = "hashing"
if os.environ.get("TEST_DATABASE") == "postgres":
    use_services()

# channels.testing wants a second web server, daphne, for a test case we have no use for.
live = ModuleType("channels.testing.live")
live.ChannelsLiveServerTestCase = object  # type: ignore[attr-defined]
sys.modules["channels.testing.live"] = live
