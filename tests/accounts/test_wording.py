import pytest

from accounts.wording import CURRENCIES, money


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (2900, "EUR", "€29.00"),
        (2900, "JPY", "2,900 JPY"),
        (2900, "KWD", "2.900 KWD"),
        (2900, "IQD", "2.900 IQD"),
        (2900, "RSD", "29.00 RSD"),
        (2900, "UGX", "2,900 UGX"),
        (2900, "CLF", "0.2900 CLF"),
        (2900, "HRK", "29.00 HRK"),
    ],
)
def test_money_has_the_decimals_of_its_currency(minor, currency, written):
    assert money(minor, currency) == written


def test_metals_and_codes_for_tests_are_no_currencies():
    assert not {"XAU", "XTS", "XXX", "EURO"} & CURRENCIES
