"""Whether a bank account can be right."""

from __future__ import annotations

import re

from modules.payments.interface import BankAccount, BankAccountInvalid

_GAPS = re.compile(r"[\s-]+")
# ISO 13616-1: country, two check digits, at most 30 letters and digits.
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
# ISO 9362:2022: four letters or digits of the party, country, two of the place, and maybe three of the
# branch.
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_SORT_CODE, _ACCOUNT_NUMBER = re.compile(r"[0-9]{6}"), re.compile(r"[0-9]{8}")


def checked(account: BankAccount) -> BankAccount:
    """The account as banks write it: without gaps, in upper case. Raises BankAccountInvalid."""
    iban, bic, sort_code, number = (
        _GAPS.sub("", each).upper()
        for each in (account.iban, account.bic, account.sort_code, account.account_number)
    )
    if iban and (sort_code or number):
        raise BankAccountInvalid(field="bank account", why="say an IBAN or a sort code, not both")
    if iban:
        _check(_IBAN.fullmatch(iban) is not None, "IBAN", "it is a country, two digits, and up to 30 more")
        _check(_mod_97(iban) == 1, "IBAN", "its check digits do not fit")
    else:
        _check(_SORT_CODE.fullmatch(sort_code) is not None, "sort code", "it has six digits")
        _check(_ACCOUNT_NUMBER.fullmatch(number) is not None, "account number", "it has eight digits")
    _check(not bic or _BIC.fullmatch(bic) is not None, "BIC", "it has 8 or 11 letters and digits")
    return BankAccount(iban=iban, bic=bic, sort_code=sort_code, account_number=number)


def takes(account: BankAccount, currency: str) -> bool:
    """Whether money in that currency can go there: euros go to an IBAN, by the SEPA credit transfer."""
    return currency != "EUR" or bool(account.iban)


def _check(holds: bool, field: str, why: str) -> None:
    if not holds:
        raise BankAccountInvalid(field=field, why=why)


def _mod_97(iban: str) -> int:
    """ISO 13616 by ISO 7064, MOD 97-10: the first four characters last, letters as 10 to 35."""
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97
