"""The monitor's page in a real browser: live values, a calibration by keys, what all can perceive."""

import asyncio
import json
import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from myoedge.boards.monitor.source import Begun
from tests.boards.monitor.test_server import open_server
from tests.boards.monitor.test_view import SAID, line

pytest.importorskip("websockets", reason="websockets is not installed here")

Browser = Any
Monitor = Any
Tab = Any

SCRIPTS = Path(__file__).with_name("audit.js").read_text()

INK = """(() => [...document.querySelectorAll('.channel canvas')].map((it) =>
  it.getContext('2d').getImageData(0, 0, it.width, it.height).data.some((v) => v > 0)))()"""


@pytest.fixture(scope="module")
def tab(browser: Browser, monitor: Monitor) -> Tab:
    tab = browser.open(monitor.url)
    tab.look(360, 740)
    tab.until("document.querySelector('#stops tr') !== null")
    tab.until("document.getElementById('link').textContent.includes('linked')")
    return tab


def audit(tab: Tab, width: int) -> list[str]:
    """What is wrong for somebody who cannot see it, sees little, points badly or has a small screen."""
    wrong: list[str] = tab.run(SCRIPTS)
    across = tab.run("document.documentElement.scrollWidth")
    return wrong + ([f"{across} of {width} pixels wide"] if across > width else [])


def text(tab: Tab, name: str) -> str:
    return str(tab.run(f"document.getElementById('{name}').textContent"))


def test_what_is_shown_lives(tab: Tab) -> None:
    scores, labels = set(), set()
    for _ in range(400):
        scores.add(text(tab, "score-text"))
        labels.add(text(tab, "label"))
        if len(scores) > 3 and len(labels) > 1:
            break
    assert len(scores) > 3 and len(labels) > 1
    assert tab.run("document.querySelectorAll('#channels [role=listitem]').length") == 8
    assert tab.run("document.querySelectorAll('#axes [role=listitem]').length") == 6
    assert tab.run(INK) == [True] * 14
    assert "✓ good" in text(tab, "channels")
    assert re.search(r"acceleration z-?[\d.]+ g.*rotation z-?\d+ °/s", text(tab, "axes"))
    assert {"engine", "decision", "arrival to event", "sample to event"} <= set(
        tab.run("[...document.querySelectorAll('#stops th')].map((it) => it.textContent)")
    )
    assert text(tab, "battery").startswith("91 %")
    assert int(tab.until("document.getElementById('age').dataset.pictures")) > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1100, 900), (360, 740)])
def test_everybody_can_perceive_it(tab: Tab, scheme: str, width: int, height: int) -> None:
    tab.look(width, height, scheme)
    assert audit(tab, width) == []


@contextmanager
def served(said: dict[str, Any], token: bool) -> Generator[str, None, None]:
    """The address of a page; what it shows is made up, no armband is needed for it."""
    urls: SimpleQueue[str] = SimpleQueue()
    over = threading.Event()

    async def serve() -> None:
        async with open_server(token=token) as (server, run):
            run.say(Begun(dict(said)))
            urls.put(server.url)
            while not over.is_set():
                run.say(line())
                await asyncio.sleep(0.05)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    yield urls.get(timeout=60)
    over.set()
    thread.join(60)


@pytest.fixture
def guarded() -> Generator[str, None, None]:
    """The address of a page that needs a token."""
    with served(SAID, token=True) as url:
        yield url


def test_an_armband_without_an_imu_shows_no_movement(browser: Browser) -> None:
    with served({**SAID, "streams": {"emg": SAID["streams"]["emg"]}}, token=False) as url:
        tab = browser.open(url)
        tab.until("$('link').textContent.includes('linked')")
        assert tab.run("$('movement').hidden && $('axes').children.length === 0")
        assert tab.errors == []
        tab.close()


def test_a_phone_needs_the_token_which_can_be_typed_or_comes_with_the_address(
    browser: Browser, guarded: str
) -> None:
    address, _, token = guarded.partition("#")
    phone = browser.open(address)
    phone.look(360, 740)
    phone.until("!$('entry').hidden && $('entry-why').textContent.includes('not the token')")
    assert audit(phone, 360) == []
    assert phone.run("document.activeElement.id") == "token"
    for letter in token.upper():
        phone.press(letter)
    phone.press("Enter")
    phone.until("$('entry').hidden && $('link').textContent.includes('linked')")
    assert text(phone, "axes").count("⚠ no data") == 6  # of an IMU that says nothing
    other = browser.open(guarded)
    other.until("$('link').textContent.includes('linked')")
    assert other.run("location.href") == address
    assert phone.errors == other.errors == []
    other.close()
    phone.close()


def test_a_calibration_is_led_by_keys_alone(tab: Tab, monitor: Monitor, tmp_path: Path) -> None:
    tab.front()
    tab.look(360, 740, "light")
    tab.tab_to("it.id === 'name'")
    for _ in range(2):
        tab.press("Backspace")
    for letter in "berta":
        tab.press(letter)
    for gesture in tab.run("[...document.querySelectorAll('#gestures input')].map((it) => it.value)"):
        if gesture not in ("rest", "fist"):
            tab.tab_to(f"it.value === {json.dumps(gesture)}")
            tab.press(" ")
    tab.tab_to("it.id === 'repetitions'")
    tab.press("ArrowDown")
    tab.tab_to("it.id === 'pace'")
    tab.press("ArrowUp")
    assert "2 gestures, about 7 s" in text(tab, "length")
    tab.tab_to("it.id === 'begin'")
    tab.press("Enter")

    tab.until("!document.getElementById('lesson').hidden")
    assert tab.run("document.activeElement.id") == "lesson"
    tab.until("document.getElementById('stage').dataset.phase === 'hold'")
    assert audit(tab, 360) == []
    assert text(tab, "urgent") == "HOLD: rest, 2 seconds"
    tab.press("p")
    tab.until("document.getElementById('said').textContent.startsWith('paused')")
    tab.press("p")
    tab.until("document.getElementById('said').textContent === 'going on'")
    tab.until("document.getElementById('word').textContent === 'fist'")
    tab.until("document.querySelector('#verdicts .good') !== null")
    while tab.until("!$('keep').disabled ? 'asked' : $('outcome').hidden ? '' : 'done'") == "asked":
        tab.press("k")
    assert "✓ Calibration done" in text(tab, "outcome-title"), text(tab, "outcome-text")
    assert "the running one has taken it over" in text(tab, "outcome-text")
    assert tab.run("document.activeElement.id") == "outcome"
    assert tab.run("$('report').href").startswith("blob:") and not tab.run("$('report').hidden")
    tab.until("document.getElementById('profile').textContent === 'berta'")
    assert len(monitor.profiles("berta")) == 1
    assert tab.errors == []


def test_a_page_that_vanishes_pauses_its_calibration_and_comes_back(
    browser: Browser, tab: Tab, monitor: Monitor
) -> None:
    other = browser.open(monitor.url)
    other.until("document.getElementById('link').textContent.includes('linked')")
    tab.front()
    tab.run("document.getElementById('begin').click()")
    other.until("!document.getElementById('lesson').hidden")
    assert "led from another page" in text(other, "said")
    assert other.run("[...document.querySelectorAll('#lesson button')].every((it) => it.disabled)")
    tab.call("Page.navigate", url="about:blank")
    other.until("document.getElementById('said').textContent.startsWith('paused')")
    tab.call("Page.navigate", url=monitor.url)
    other.until("document.getElementById('said').textContent === 'going on'")
    tab.until("document.readyState === 'complete' && !$('lesson').hidden && !$('stop').disabled")
    for _ in range(2):
        tab.press("Escape")
    tab.until("document.getElementById('outcome-text').textContent.includes('nothing was changed')")
    other.until("document.getElementById('outcome-title').textContent === 'Calibration stopped'")
    assert monitor.profiles("me") == []
    other.close()


def test_odd_labels_are_refused_in_words(tab: Tab, monitor: Monitor) -> None:
    long = "x" * 10_000  # the others are words that a person may use; a simulated wearer does not know them
    tab.front()
    for odd, why in (("✊", "cannot do ✊"), ("a/b", "cannot do a/b"), (long, "named by 10000 characters")):
        tab.run(f"$('another').value = {json.dumps(odd)}; $('add').click(); $('ask').requestSubmit()")
        tab.until(f"($('trouble').textContent + $('outcome-text').textContent).includes({json.dumps(why)})")
        tab.run("$('gestures').lastChild.remove()")
    tab.until("$('lesson').hidden")
    assert monitor.profiles("me") == []
