import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.grounding.values import offered, values

SAME = [
    *[("€1,200.00", "1200 EUR"), ("1.200,00 €", "EUR 1200"), ("1 200 €", "1,200.00 EUR"), ("1200 euros", "€1,200")],
    *[("1’200 CHF", "CHF 1200"), ("$1.5 million", "USD 1,500,000"), ("10k", "10,000"), ("€5–10", "€5 and €10")],
    *[("15 %", "15 percent"), ("15 Prozent", "15%"), ("15 por ciento", "15 per cent"), ("1,9 %", "1.9 %")],
    *[("12 March", "12 March 2026"), ("12 March 2026", "2026-03-12"), ("March 12th, 2026", "12.03.2026")],
    *[("12. März 2026", "2026-03-12"), ("12 de marzo de 2026", "12 March 2026"), ("1er mars", "March 1")],
    *[
        ("03/04/2026", "3 April 2026"),
        ("03/04/2026", "4 March 2026"),
        ("March 2026", "12.03.2026"),
        ("2026", "2026-03-12"),
    ],
    *[
        ("12–14 March", "12 March to 14 March"),
        ("am 10.12.", "10 December 2026"),
        ("4 Dec 2026", "2026-12-04 14:05 UTC"),
    ],
    *[("two weeks", "14 days"), ("zwei Wochen", "2 weeks"), ("deux semaines", "14 days"), ("dos semanas", "two weeks")],
    *[("24 hours", "1 day"), ("14-day", "14 days"), ("5 days", "5–10 business days"), ("10 days", "5 to 10 days")],
    *[("24h", "24 Stunden"), ("1 año", "12 months"), ("one week", "a week"), ("5 seats", "five seats")],
    *[("2:30 pm", "14:30"), ("14h30", "14:30"), ("9 Uhr", "9 am"), ("9 am", "09:00")],
    *[("v2.3.1", "version 2.3.1"), ("2.3.1", "v2.3.1"), ("Version 3.2", "3.2"), ("E4012", "error e4012")],
    *[("ORD-1001", "Order ORD-1001."), ("`--detach`", "--detach"), ("MAX_SIZE", "MAX_SIZE=3"), ("10 GB", "10GB")],
    *[("/api/v1/orders", "GET `/api/v1/orders`"), ("#1001", "order 1001"), ("**29** euros", "€29")],
    *[("https://a.com/x.", "see https://www.a.com/x/"), ("a.com", "https://a.com/x"), ("I@x.de", "(i@x.de)")],
    *[("+49 30 1234567", "0049 30 123-4567"), ("€\u00a01\u202f200", "EUR 1200")],
    *[
        ("a dozen seats", "12 seats"),
        ("half a dozen seats", "six seats"),
        ("zwei Dutzend Plätze", "24"),
        ("six", "6 seats"),
    ],
    *[
        ("two hundred euros", "€200"),
        ("twenty nine seats", "29"),
        ("neunundzwanzig Plätze", "29"),
        ("two weeks", "two-week"),
    ],
    *[("free", "Team is free of charge"), ("costs nothing", "€0"), ("€0", "free"), ("kostenlos", "gratuit")],
    *[("free", "we do not charge for it"), ("no fees", "without extra cost"), ("free trial", "a trial of 14 days")],
    *[("unlimited seats", "no limit"), ("unbegrenzt", "as many seats as you like"), ("illimité", "ilimitado")],
    *[("half price", "50 % off"), ("zum halben Preis", "half the price")],
    *[("€29 per month", "29 €/month"), ("€29 a month", "monatlich 29 €"), ("29 € pro Monat", "€29.00 monthly")],
    *[("€5 per seat per month", "€5/seat/month"), ("€29 per year", "The price: €29"), ("29 € al mes", "29 € par mois")],
    *[("€29", "€29 per month"), ("€29 in 2025", "€29 per month in 2025"), ("€29 a month ago", "€29 per year, 2025")],
    *[("3 business days", "| Payouts (business days) | 3 |"), ("€29", "| Price in EUR | 29 |")],
]
DIFFERENT = [
    *[
        ("€29", "€39"),
        ("29 euros", "29 dollars"),
        ("99", "100"),
        ("10k", "1,000"),
        ("15 %", "15 days"),
        ("€29", "29 days"),
    ],
    *[("12 March", "13 March"), ("12 March 2025", "12 March 2026"), ("April 2026", "12 March 2026")],
    *[("two weeks", "2 days"), ("3 days", "3 hours"), ("seven days", "five days"), ("14:30", "2:31 pm")],
    *[("v2.3.1", "v2.3.2"), ("E4012", "E4013"), ("T-7", "T-70"), ("--detach", "--attach"), ("MAX_SIZE", "MIN_SIZE")],
    *[("https://a.com/x", "https://a.com/y"), ("evil.com", "good.com"), ("x@y.com", "z@y.com")],
    *[("+49 30 1234567", "+49 30 1234568")],
    *[("six seats", "five seats"), ("ten seats", "five seats"), ("a dozen seats", "five seats"), ("sechs Plätze", "5")],
    *[("two hundred euros", "€100"), ("twenty-nine seats", "nine of twenty seats")],
    *[("free", "€29"), ("free", "feel free to ask, you are free to go, free up space"), ("free", "Team is not free")],
    *[
        ("costs nothing", "€29"),
        ("gratuit", "29 €"),
        ("for free", "€29"),
        ("no extra fees", "fees"),
        ("free trial", "€29"),
    ],
    *[
        ("unlimited seats", "five seats"),
        ("no limit", "a limit of five"),
        ("sin límite", "limite"),
        ("half price", "€29"),
    ],
    *[("€29 per year", "€29 per month"), ("€29/yr", "€29/month"), ("29 € im Jahr", "29 € im Monat")],
    *[
        ("twenty-nine euros a week", "€29 a month"),
        ("€29 yearly", "**€29** per month"),
        ("€5 per seat a year", "€5 a month"),
    ],
]
NO_CLAIM = [
    "[1] and [2, 3]",
    "1. Open it.\n2. Save it.",
    "Step 3 and Schritt 4",
    "€ a month",
    "two ways, three simple steps, zwei Möglichkeiten, deux façons",
    "one of them, both of them, these two, all three seats, the other two",
    "two-factor authentication, toll-free, ad-free",
    "feel free to ask, free up space, you are free to go, not free, isn't really free, nicht kostenlos",
    "the page mentions no limit, there is no unlimited plan",
    "du neuf, au dos, Sept",
    "[go](https://a.com/x)",
    "an hour",
]


@pytest.mark.parametrize(("said", "source"), SAME)
def test_the_same_value_is_found_however_it_is_written(said, source):
    assert values(said)
    assert all(value.is_in(offered([source])) for value in values(said))


@pytest.mark.parametrize(("said", "source"), DIFFERENT)
def test_another_value_is_not(said, source):
    assert not all(value.is_in(offered([source])) for value in values(said))


@pytest.mark.parametrize("text", NO_CLAIM)
def test_what_counts_or_points_claims_nothing(text):
    assert values(text) == []


@given(st.text(alphabet=st.one_of(st.sampled_from("019 .,:/-€%ha@_[]()МMay"), st.characters()), max_size=60))
def test_a_text_says_all_that_it_says(text):
    """Whatever is written anywhere, its own words support it, and each value has its place in it."""
    found = values(text)

    assert all(value.is_in(offered([text])) for value in found)
    assert all(0 <= value.start < value.end <= len(text) for value in found)


@given(st.decimals(0, 10**7, places=2), st.sampled_from(["€{}", "{} EUR", "EUR {}", "{} euros"]), st.data())
def test_an_amount_is_the_same_in_every_notation(amount, written, data):
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    spaced = english.replace(",", " ")
    said = written.format(data.draw(st.sampled_from([english, german, spaced, f"{amount:.2f}"])))

    assert all(value.is_in(offered([f"It is {english} €."])) for value in values(said))
