"""Staff logging in: a password, a bounded number of tries, and a token for the working day."""

from __future__ import annotations

from modules.identity.interface import AccountId, AccountKind, StaffToken
from modules.identity.login import account_for, staff_access_token
from modules.identity.models import Account
from modules.identity.selectors import scopes_of
from modules.identity.services import STAFF_TOKEN_LIFE
from tiffin import clock


def log_in(*, email: str, password: str) -> StaffToken:
    """Raises LoginRefused, and TooManyAttempts after five failures in five minutes."""
    return _token_for(account_for(email, password, AccountKind.STAFF))


def _token_for(account: Account) -> StaffToken:
    scopes = scopes_of(account)
    return StaffToken(
        access_token=staff_access_token(account),
        expires_at=clock.now() + STAFF_TOKEN_LIFE,
        account_id=AccountId(account.id),
        email=account.email,
        roles=scopes.roles,
        regions=scopes.regions,
    )
