"""Signing in under attack: others' wrong passwords keep nobody out, and a changed password ends every session."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from standing import Answered, Sender, standing

from rag.server import throttle
from rag.server.limits import MOST_FORM
from rag.server.throttle import FIRST_WAIT, FORGIVEN, LONGEST_WAIT, MOST_OPEN, Attempts, network_of
from rag.server.users import users_file_line

SECRET, OTHER = "a long secret", "another secret"


@pytest.fixture
def users(tmp_path: Path) -> Path:
    file = tmp_path / "users.txt"
    file.write_text(f"{users_file_line('ada', SECRET)}\n{users_file_line('bob', OTHER)}\n")
    return file


@pytest.fixture
def send(users: Path) -> Iterator[Sender]:
    with standing(users) as sending:
        yield sending


def login(send: Sender, name: str, password: str, address: str = "192.0.2.1", cookie: str = "") -> Answered:
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-forwarded-for": address,
        "accept": "text/html",
        **({"cookie": cookie} if cookie else {}),
    }
    return send("/login", urlencode({"username": name, "password": password}).encode(), headers)


def cookies(send: Sender, answer: Answered) -> str:
    assert answer.status == 303, answer
    return "; ".join(line.partition(";")[0] for line in answer.cookies)


def status(send: Sender, cookie: str) -> int:
    return send("/", None, {"cookie": cookie}).status


def test_the_right_password_is_let_in_while_others_are_wrong(users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many wrong passwords for the same name, for other names, for names that do not exist: none of them is answered
    before the right one, which would not be let in at all if they held a place meanwhile.
    """
    for name in ("FIRST_WAIT", "LONGEST_WAIT"):
        monkeypatch.setattr(throttle, name, 3600.0)
    sent, answered = threading.Semaphore(0), list[int]()

    def attack(number: int, port: int) -> None:
        name = ("ada", "bob", f"nobody{number}")[number % 3]
        address = "192.0.2.1" if number % 2 else f"198.51.100.{number}"
        headers = {"content-type": "application/x-www-form-urlencoded", "x-forwarded-for": address}
        body = urlencode({"username": name, "password": f"wrong {number}"})
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=600)) as connection:
            connection.request("POST", "/login", body, headers)
            sent.release()
            with suppress(OSError, http.client.HTTPException):  # the server has ended
                answered.append(connection.getresponse().status)

    with standing(users) as send:
        attackers = [threading.Thread(target=attack, args=(number, send.port)) for number in range(12)]
        for one in attackers:
            one.start()
        for _ in attackers:
            assert sent.acquire(timeout=60)
        for address in ("192.0.2.1", "203.0.113.9"):
            assert login(send, "ada", SECRET, address).status == 303
        assert answered == []
    for one in attackers:
        one.join()
    assert 303 not in answered


def test_a_wrong_password_is_answered_later_each_time_and_known_or_not(send: Sender) -> None:
    for name in ("ada", "nobody"):
        for times in range(3):
            began = time.monotonic()
            assert login(send, name, "wrong password").status == 401
            assert time.monotonic() - began >= FIRST_WAIT * 2**times, "it may be later still, on a busy machine"
    assert login(send, "ada", SECRET).status == 303


def test_too_many_wrong_ones_are_not_looked_at_but_for_a_browser_that_is_known(
    send: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "MOST_OPEN", 4)
    known = cookies(send, login(send, "ada", SECRET))
    with ThreadPoolExecutor(8) as many:
        wrong = list(many.map(lambda n: login(send, "ada", f"wrong {n}").status, range(8)))
    assert {401, 429} == set(wrong)
    refused = login(send, "ada", SECRET)
    assert refused.status == 429
    assert 0 < int(refused.headers["retry-after"]) <= FORGIVEN + 1
    assert b"Try again later" in refused.body
    assert login(send, "ada", SECRET, cookie=known).status == 303, "this browser has been here before"
    assert login(send, "ada", SECRET, "203.0.113.9").status == 303, "and so has nobody else's address"
    assert login(send, "bob", OTHER).status == 303
    assert login(send, "bob", "wrong password", cookie=known).status == 401, "known as ada's, not as bob's"


def test_a_changed_password_ends_all_sessions_of_that_name_only(send: Sender, users: Path) -> None:
    one, two = (cookies(send, login(send, "ada", SECRET)) for _ in range(2))
    other = cookies(send, login(send, "bob", OTHER))
    basic = {"authorization": "Basic YWRhOmEgbG9uZyBzZWNyZXQ="}
    assert [status(send, each) for each in (one, two, other)] == [200, 200, 200]
    assert send("/", None, basic).status == 200
    with users.open("a") as file:
        file.write(users_file_line("ada", "a new secret") + "\n")
    assert [status(send, each) for each in (one, two, other)] == [303, 303, 200]
    assert send("/page/ask", None, basic).status == 401
    assert login(send, "ada", SECRET).status == 401
    assert login(send, "ada", "a new secret").status == 303
    users.write_text("what is this?\n")
    assert status(send, other) == 200, "a file that cannot be read changes nothing"
    users.write_text(users_file_line("ada", "a new secret") + "\n")
    assert status(send, other) == 303, "who is no longer in the file is signed out"


def test_signing_out_works_also_when_the_session_has_ended(send: Sender) -> None:
    cookie = cookies(send, login(send, "ada", SECRET))
    for _ in range(2):
        answer = send("/logout", b"", {"cookie": cookie})
        assert (answer.status, answer.headers["location"]) == (303, "login")
        assert status(send, cookie) == 303
    assert send("/logout", b"", {"origin": "https://attacker.test"}).status == 403


def test_a_name_and_a_password_are_short(send: Sender) -> None:
    assert login(send, "ada", "x" * MOST_FORM).status == 413
    assert login(send, "ada", "x" * 2000, "192.0.2.5").status == 401


def test_waits_grow_end_and_count_for_one_place() -> None:
    now = [1000.0]
    attempts = Attempts(lambda: now[0])
    waits = []
    for _ in range(6):
        assert attempts.must_wait("ada", "here") == 0
        waits.append(attempts.was_wrong("ada", "here"))
    assert waits == [0.5, 1, 2, 4, 8, LONGEST_WAIT]
    assert attempts.must_wait("ada", "there") == 0
    assert attempts.was_wrong("ada", "there") == FIRST_WAIT
    for _ in range(MOST_OPEN + 20):
        if not attempts.must_wait("ada", "here"):
            attempts.was_wrong("ada", "here")
    assert attempts.must_wait("ada", "here") > 0
    assert attempts.must_wait("bob", "here") == 0
    now[0] += FORGIVEN + 1
    assert attempts.must_wait("ada", "here") == 0
    assert attempts.was_wrong("ada", "here") == FIRST_WAIT
    attempts.was_right("ada", "here")
    assert attempts.must_wait("ada", "here") == 0


def test_what_an_address_counts_as() -> None:
    assert network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2::9") != network_of("2001:db8:1:3::9")
    assert network_of("testclient") == "testclient"
