"""Whatever happens to a worker, in the end everything is as if nothing had happened, and never half of it is seen."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

from supportbot.errors import DiskFull
from tests.knowledge.durability.disks import where_mounting_is_allowed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("durability")
    command = [*where_mounting_is_allowed(), sys.executable, "-m", "tests.knowledge.durability", str(folder)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_uninterrupted_run_does_all_there_is_to_do(outcomes):
    state = outcomes["uninterrupted"]
    texts = {(path, "new" if " new " in text else "old") for path, _, said in state["documents"] for text in said}

    assert texts == {
        *((f"{name}.md", "new") for name in ("alpha", "beta", "eta", "theta", "iota")),
        *((f"{name}.md", "old") for name in ("delta", "epsilon", "zeta")),
    }
    assert not any("gamma" in text or "delta" in text for text in state["indexed"])
    assert len(state["indexed"]) == 21
    assert all(state["found"].values())


def test_a_worker_killed_at_any_of_30_points_loses_nothing(outcomes):
    killed = outcomes["killed"]

    assert len(killed) == 30
    assert all(outcome["killed"] for outcome in killed)
    assert [outcome["at"] for outcome in killed if outcome["halves"]] == []
    assert [outcome["at"] for outcome in killed if outcome["state"] != outcomes["uninterrupted"]] == []


def test_a_worker_that_was_frozen_and_taken_over_changes_nothing_when_it_wakes(outcomes):
    frozen = outcomes["frozen"]

    assert [outcome["at"] for outcome in frozen if outcome["halves"]] == []
    assert [outcome["at"] for outcome in frozen if outcome["state"] != outcomes["uninterrupted"]] == []


def test_two_workers_at_once_do_the_work_of_one(outcomes):
    assert outcomes["two at once"] == outcomes["uninterrupted"]


@pytest.mark.parametrize("number", range(3))
def test_a_full_disk_stops_the_work_and_harms_nothing(number, outcomes):
    full = outcomes["full disk"][number]

    assert full["said"] == DiskFull.user_message
    assert full["halves"] == []
    assert full["state"] == outcomes["uninterrupted"]


def test_files_that_may_not_grow_stop_the_work_and_harm_nothing(outcomes):
    limited = outcomes["no larger files"]

    assert limited["failed"]
    assert limited["halves"] == []
    assert limited["state"] == outcomes["uninterrupted"]
