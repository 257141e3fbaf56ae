"""Who looks at ads, as far as they agreed to it, and what they have seen."""

from __future__ import annotations

from django.db import models

from tiffin import clock


class Viewer(models.Model):
    """A customer (`is_customer`), or the browser of a stranger; its id is theirs. `is_personal` is whether
    they agree that ads are chosen by what they did: only then are there `habits`, which are forgotten when
    they do not any more; `by_email` whether they want one in e-mails. A browser's row is there only while it
    agrees. Gone when its customer is forgotten, and a browser's after 180 days without a change."""

    id = models.UUIDField(primary_key=True)
    is_customer = models.BooleanField()
    is_personal = models.BooleanField(default=False)
    by_email = models.BooleanField(default=False, db_default=False)
    habits = models.BinaryField(default=b"")
    member_until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = (
            models.Index(
                fields=("changed_at",),
                condition=models.Q(is_customer=False),
                name="ads_viewer_browsers",
            ),
        )

    def __str__(self) -> str:
        return f"{'customer' if self.is_customer else 'browser'} {self.id}"


class Seen(models.Model):
    """How often a viewer has seen a campaign in one hour (of those since 1970), for caps. Kept for 31 days,
    the longest cap."""

    pk = models.CompositePrimaryKey("viewer_id", "campaign_id", "hour")
    viewer_id = models.UUIDField()
    campaign_id = models.UUIDField()
    hour = models.IntegerField()
    count = models.IntegerField()

    class Meta:
        verbose_name_plural = "seen"
        indexes = (models.Index(fields=("hour",), name="ads_seen_hour"),)

    def __str__(self) -> str:
        return f"{self.count} times within hour {self.hour}"


class Forgotten(models.Model):
    """Whose traces were let go: what of them comes late is let go, too. Kept for as long as it may come, by
    which time every offer that was made to them is over."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name_plural = "forgotten"
        indexes = (models.Index(fields=("at",), name="ads_forgotten_at"),)

    def __str__(self) -> str:
        return f"{self.id}, {self.at:%Y-%m-%d %H:%M}"
