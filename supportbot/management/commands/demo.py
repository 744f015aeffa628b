"""``manage.py demo``: everything in one command, for a look around."""

import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chat.models import Widget
from supportbot.demo import loading, server, staff
from supportbot.demo.worker import Worker

WORKER_LOG = "worker.log"
# Without any progress for so long, the site is more use than the wait. In seconds.
PATIENCE = 60
DEFAULT_ADDRESS = "http://127.0.0.1:8000"


class Command(BaseCommand):
    help = "Runs a demo company on this machine: web server, worker, documents, customers and agents."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        listener = listen(host, port)
        know_own_address(listener)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        server.quiet()
        console = Console(highlight=False)
        worker = Worker(settings.DATA_DIR / WORKER_LOG)
        try:
            call_command("migrate", verbosity=0)
            load(console)
            wait_for_documents(console)
            server.serve(listener, on_start=lambda: welcome(console), on_stop=worker.ask_to_stop)
        except KeyboardInterrupt:
            pass
        finally:
            worker.stop()


def listen(host: str, port: int) -> socket.socket:
    """The port is taken first: whoever cannot have it should not wait for anything else."""
    try:
        return socket.create_server((host, port), backlog=2048)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise CommandError(
            f"Port {port} on {host} cannot be used ({reason}). Choose another: make demo PORT={port + 1}"
        ) from None


def know_own_address(listener: socket.socket) -> None:
    """Links and the widget's origin follow from PUBLIC_URL, which is fixed once the settings are read."""
    here = f"http://127.0.0.1:{listener.getsockname()[1]}"
    if settings.PUBLIC_URL == DEFAULT_ADDRESS != here:
        listener.close()
        os.putenv("PUBLIC_URL", here)
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606  (this very command, once more)


def load(console: Console) -> None:
    if loading.is_loaded():
        loading.refresh()
        loading.allow_this_site(Widget.objects.get(public_key=loading.WIDGET_KEY))
        return
    console.print("Loading the demo company ...")
    try:
        loading.load()
    except loading.DatabaseInUse as error:
        raise CommandError(f"{error} Its place is {settings.DATA_DIR}.") from None


def wait_for_documents(console: Console) -> None:
    done, total = loading.indexed()
    if done == total:
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Reading and indexing the documents", total=total)
        moved = time.monotonic()
        while done < total and time.monotonic() < moved + PATIENCE:
            time.sleep(0.2)
            before = done
            done, total = loading.indexed()
            moved = time.monotonic() if done > before else moved
            progress.update(task, completed=done, total=total)
    if done < total:
        console.print(f"[yellow]Some documents are not indexed yet; {settings.DATA_DIR / WORKER_LOG} may say why.[/]")
    for document in loading.unreadable():
        console.print(f"[yellow]{document.path} could not be read: {document.error}[/]")


def welcome(console: Console) -> None:
    pages = {
        "/": "the widget, as its customers see it",
        "/ask/": "the documentation assistant",
        "/console/": "the agents' console",
        "/admin/": "documents, widgets, staff",
        "/api/docs/": "the HTTP API",
    }
    console.print("\n[bold]supportbot is running.[/] Ctrl-C ends it.\n")
    for path, purpose in pages.items():
        console.print(f"  {settings.PUBLIC_URL + path:<36} {purpose}")
    console.print("\n  Log in as")
    for username, password in staff.logins().items():
        console.print(
            f"    {username:<8} {password:<14} {'everything' if username == staff.ADMIN else 'agent, publisher'}"
        )
    if settings.EMAIL_BACKEND.endswith(".console.EmailBackend"):
        console.print(f"\n  Mail is not sent, but written to {settings.DATA_DIR / WORKER_LOG}", soft_wrap=True)
    if settings.CHAT_MODEL == "extractive":
        console.print("\n  No OPENAI_API_KEY is set: answers quote the documents, no model writes them.")
    console.print()
