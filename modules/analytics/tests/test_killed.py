"""Whoever is killed between a body and its cursor sends the body again, under the same ids, and loses
none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from modules.analytics import services
from modules.analytics.tests import scenes
from modules.analytics.tests.outside import Answer, Heard, World
from tiffin.testing.things import new_thing

pytestmark = pytest.mark.usefixtures("orders")

MANY = 900
# So many had come when it was killed.
BODIES = 3
NAMES = {"segment": "messageId", "posthog": "uuid"}
SENDER = """
import django
django.setup()
from modules.analytics.services import relay_to
relay_to("{sink}")
"""


@pytest.mark.parametrize("sink", ["segment", "posthog"])
def test_killed_in_mid_batch(configured: World, sink: str) -> None:
    who, thing = scenes.customer(), new_thing()
    for _ in range(0, MANY, 100):
        scenes.tell(*(scenes.cancelled(who) for _ in range(100)), thing=thing)
    came, go_on = threading.Event(), threading.Event()

    def slow_in_the_end(heard: Heard) -> Answer:
        """Of the third body it has everything, and has not answered yet."""
        if len(configured.heard) == BODIES:
            came.set()
            go_on.wait(30)
        return Answer()

    configured.judge = slow_in_the_end
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TIFFIN_ANALYTICS_SINKS": sink,
        "TIFFIN_SEGMENT_WRITE_KEY": "write-key",
        "TIFFIN_SEGMENT_HOST": configured.url,
        "TIFFIN_POSTHOG_PROJECT_KEY": "phc_key",
        "TIFFIN_POSTHOG_HOST": configured.url,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    sender = subprocess.Popen([sys.executable, "-c", SENDER.format(sink=sink)], env=environment)
    try:
        assert came.wait(60)
        sender.send_signal(signal.SIGKILL)
        assert sender.wait(10) == -signal.SIGKILL
    finally:
        sender.kill()
        go_on.set()
    configured.judge = lambda heard: Answer()
    services.relay_to(sink)
    bodies = [[message[NAMES[sink]] for message in heard.said["batch"]] for heard in configured.heard]
    before, twice, again = bodies[: BODIES - 1], bodies[BODIES - 1], bodies[BODIES:]
    assert again[0] == twice
    told = [each for body in (*before, *again) for each in body]
    assert len(told) == len(set(told)) == MANY
