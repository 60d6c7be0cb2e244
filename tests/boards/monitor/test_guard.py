import socket

import pytest

from myoedge.boards.monitor.guard import ADDRESSES, EVERY_S, TRIES, Guard, new_token

TOKEN = (
    "r95tp-fhsnp-bbtpf-ff9vn"  # one that was made; a new one each time would give every test run other names
)


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_token_is_long_random_and_can_be_typed() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 23 and token.islower() and not set("il01o") & set(token) for token in tokens)


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "LOCALHOST:8765"])
def test_loopback_answers_to_its_own_names(host: str) -> None:
    assert Guard(8765).host(host)


@pytest.mark.parametrize(
    "host",
    [None, "", "evil.example:8765", "127.0.0.1:8766", "127.0.0.1", "192.168.1.5:8765",
     "localhost.evil.example:8765", "127.0.0.1:8765@evil.example", "127.0.0.1:8765/", "127.0.0.1:99999999"],
)  # fmt: skip
def test_a_foreign_name_that_leads_here_is_dns_rebinding(host: str | None) -> None:
    assert not Guard(8765).host(host)
    assert not Guard(8765).origin(f"http://{host}", host)


def test_beyond_loopback_addresses_and_the_own_name_are_ours_too() -> None:
    guard = Guard(8765, TOKEN)
    own = socket.gethostname()
    assert all(map(guard.host, ("192.168.1.5:8765", "[fe80::1]:8765", f"{own}:8765", f"{own}.local:8765")))
    assert not guard.host("evil.example:8765")


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "https://127.0.0.1:8765", "http://127.0.0.1"]
)
def test_another_sites_page_is_not_ours(origin: str | None) -> None:
    assert not Guard(8765).origin(origin, "127.0.0.1:8765")
    assert Guard(8765).origin("http://127.0.0.1:8765", "127.0.0.1:8765")


@pytest.mark.parametrize("wrong", [None, "", TOKEN[:-1], TOKEN + "a", 7, ["x"], "é" * 23, "x" * 100_000])
def test_a_wrong_token_is_said_to_be_wrong(wrong: object) -> None:
    assert "not the token" in Guard(8765, TOKEN).token(wrong, "10.0.0.1")


def test_the_token_is_right_however_it_is_typed() -> None:
    assert Guard(8765, TOKEN).token(f" {TOKEN.upper()} ", "10.0.0.1") == ""
    assert Guard(8765).token(None, "127.0.0.1") == ""


def test_who_guesses_has_to_wait_and_nobody_else() -> None:
    clock = Clock()
    guard = Guard(8765, TOKEN, clock)
    for _ in range(TRIES):
        assert "not the token" in guard.token("guess", "10.0.0.1")
    for _ in range(1000):
        assert "wait" in guard.token("guess", "10.0.0.1")
    assert "wait" in guard.token(TOKEN, "10.0.0.1"), "the right one must not be found by trying on"
    assert guard.token(TOKEN, "10.0.0.2") == ""
    clock.now_s += EVERY_S
    assert "not the token" in guard.token("guess", "10.0.0.1")
    assert "wait" in guard.token("guess", "10.0.0.1")
    clock.now_s += EVERY_S
    assert guard.token(TOKEN, "10.0.0.1") == ""


def test_a_guesser_with_many_addresses_of_one_network_is_one_guesser() -> None:
    guard = Guard(8765, TOKEN)
    said = [guard.token("guess", f"2001:db8:1:2:3:4:5:{number:x}") for number in range(TRIES + 1)]
    assert "wait" in said[-1]
    assert "not the token" in guard.token("guess", "2001:db8:1:3:3:4:5:6")


def test_what_is_remembered_of_guessers_is_bounded() -> None:
    guard = Guard(8765, TOKEN)
    for number in range(ADDRESSES + 50):
        guard.token("guess", f"host{number}")
    assert len(guard._wrong) == ADDRESSES
