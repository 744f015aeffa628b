from typing import Any

from channels.testing import ApplicationCommunicator, WebsocketCommunicator

from supportbot.asgi import application


async def test_a_socket_at_an_unknown_address_is_refused():
    connected, _ = await WebsocketCommunicator(application, "/ws/elsewhere/").connect()

    assert not connected


async def test_running_answers_are_stored_before_the_process_ends(monkeypatch):
    ended = []

    async def shut_down() -> None:
        ended.append(True)

    monkeypatch.setattr("chat.running.shut_down", shut_down)
    server: Any = ApplicationCommunicator(application, {"type": "lifespan"})

    await server.send_input({"type": "lifespan.startup"})
    assert await server.receive_output() == {"type": "lifespan.startup.complete"}
    await server.send_input({"type": "lifespan.shutdown"})
    assert await server.receive_output() == {"type": "lifespan.shutdown.complete"}

    assert ended == [True]
