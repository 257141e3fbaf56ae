"""What stands below an e-mail for those who agreed to it, and that no e-mail needs it."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils.html import escape

from modules.ads.interface import Ad, Ads, AdvertiserKind
from modules.notifications import wording
from modules.notifications.jobs import send_emails
from modules.notifications.kinds import CONFIRMED, FEEDBACK
from modules.notifications.models import Message, State
from modules.notifications.services.advertising import tell_mailed
from modules.notifications.tests.conftest import told
from tiffin.interfaces.testing import Recording, stopped
from tiffin.interfaces.transport import routed

pytestmark = pytest.mark.database

AD = wording.AdBelow(
    advertiser="Ramen & Co",
    headline="Ramen for £12.50",
    text="In <25> minutes",
    link="https://tiffin.example/api/v1/ads/clicks/abc",
    why="Ramen & Co pays for this ad.",
    end="https://tiffin.example/unsubscribe/abc",
)


@pytest.mark.parametrize(("language", "by"), [("en", "Ad by Ramen & Co"), ("pl", "Reklama: Ramen & Co")])
def test_an_ad_says_that_it_is_one_who_pays_why_and_how_to_have_none(language: str, by: str) -> None:
    mail = wording.write(
        FEEDBACK.code, {"total": "23.50 GBP"}, language=language, link="https://tiffin.example/", ad=AD
    )
    for said in (by, AD.headline, AD.text, AD.link, AD.why, AD.end):
        assert said in mail.text
        assert escape(said) in mail.html
    assert f'<a href="{AD.link}"' in mail.html
    without = wording.write(FEEDBACK.code, {"total": "1 GBP"}, language=language, link="https://x.example/")
    assert AD.advertiser not in without.text + without.html


def test_an_email_comes_without_an_ad_where_nobody_can_say(zofia) -> None:
    told(zofia, kind=FEEDBACK)
    with stopped(Ads):
        send_emails()
    (sent,) = mail.outbox
    assert sent.subject == "How was your meal?"
    assert Message.objects.get().state == State.SENT


def test_each_attempt_tells_of_its_own_ad(zofia) -> None:
    told(zofia, kind=FEEDBACK)
    message = Message.objects.get()
    for token in ("one", "two", "two"):
        tell_mailed(message, shown(token))


def shown(token: str) -> Ad:
    return Ad(
        slot=0,
        token=token,
        click=f"/api/v1/ads/clicks/{token}",
        kind=AdvertiserKind.RESTAURANT,
        advertiser=AD.advertiser,
        headline=AD.headline,
        text=AD.text,
        picture="",
        why=AD.why,
        reasons=(),
    )


def test_no_ad_is_asked_for_below_what_belongs_to_an_order(zofia) -> None:
    recording = Recording()
    told(zofia, kind=CONFIRMED)
    with routed(recording):
        send_emails()
    assert mail.outbox
    assert not [call for call in recording.calls if call.startswith("ads")]
