"""The ways by which orders leave for vendors' systems: one file a channel, each behind `port.py`.

A new one is a class with `send` and `problem_with`, a member of `ChannelName`, and a row here.
"""

from collections.abc import Mapping

from modules.restaurants.channels.deliverect import DeliverectChannel
from modules.restaurants.channels.port import Answer, Destination, Message, VendorChannel
from modules.restaurants.channels.webhook import WebhookChannel
from modules.restaurants.models.vendors import ChannelName

CHANNELS: Mapping[ChannelName, VendorChannel] = {
    ChannelName.WEBHOOK: WebhookChannel(),
    ChannelName.DELIVERECT: DeliverectChannel(),
}

__all__ = ["CHANNELS", "Answer", "Destination", "Message", "VendorChannel"]
