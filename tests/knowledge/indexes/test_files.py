from contextlib import suppress
from threading import Event, Thread

from knowledge.indexes.files import private_folder


def test_a_lock_file_that_appears_while_a_private_folder_is_removed_stops_nobody():
    stop = Event()

    def keep_locking(path):
        while not stop.is_set():
            with suppress(OSError):
                path.touch()

    with private_folder() as folder:
        (folder / "text").mkdir()
        watcher = Thread(target=keep_locking, args=(folder / "text" / ".lock",))
        watcher.start()
    stop.set()
    watcher.join()
