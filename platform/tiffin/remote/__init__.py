"""A module elsewhere: reached over HTTP, signed, pooled, within a deadline, through a circuit breaker.

Who calls what over it is not known here: `tiffin.interfaces` sends calls, `tiffin.log` reads feeds.
"""

from tiffin.remote.homes import NotHere, elsewhere, home_of
from tiffin.remote.peers import Unreached, peer_of

__all__ = ["NotHere", "Unreached", "elsewhere", "home_of", "peer_of"]
