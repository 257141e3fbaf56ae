"""Staff logging in: a password, a bounded number of tries, and a token for the working day."""

from __future__ import annotations

from hashlib import sha256

from django.contrib.auth.hashers import make_password
from django.core.cache import cache

from modules.identity.interface import AccountId, AccountKind, LoginRefused, StaffToken, TooManyAttempts
from modules.identity.login import staff_access_token
from modules.identity.models import Account
from modules.identity.selectors import scopes_of
from modules.identity.services import STAFF_TOKEN_LIFE
from tiffin import clock

TRIES = 5
TRIES_WINDOW_SECONDS = 5 * 60


def log_in(*, email: str, password: str) -> StaffToken:
    """Raises LoginRefused, and TooManyAttempts after five failures in five minutes."""
    tries = f"identity:staff-login:{sha256(email.strip().lower().encode()).hexdigest()}"
    if cache.get(tries, 0) >= TRIES:
        raise TooManyAttempts(minutes=TRIES_WINDOW_SECONDS // 60)
    account = _account_by(email, password)
    if account is None:
        cache.add(tries, 0, TRIES_WINDOW_SECONDS)
        cache.incr(tries)
        raise LoginRefused()
    cache.delete(tries)
    return _token_for(account)


def _account_by(email: str, password: str) -> Account | None:
    account = Account.objects.filter(email=email.strip().lower(), kind=AccountKind.STAFF.value).first()
    if account is None:
        make_password(password)  # as slow as a wrong password, so that nobody learns who works here
        return None
    return account if account.check_password(password) and account.is_active else None


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
