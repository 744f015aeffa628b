"""Made-up pages with the shape of help pages. The same seed makes the same pages."""

import random

SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "bu",
    "da",
    "de",
    "di",
    "do",
    "du",
    "ka",
    "ke",
    "ki",
    "ko",
    "ku",
    "la",
    "le",
    "li",
    "lo",
    "lu",
    "ma",
    "me",
    "mi",
    "mo",
    "mu",
    "na",
    "ne",
    "ni",
    "no",
    "nu",
    "ra",
    "re",
    "ri",
    "ro",
    "ru",
]


def vocabulary(size: int = 4000, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(size)]


def sentence(chance: random.Random, words: list[str]) -> str:
    # Squaring the draw gives a few frequent words and many rare ones, as language has.
    drawn = [words[int(chance.random() ** 2 * len(words))] for _ in range(chance.randint(8, 18))]
    return " ".join(drawn).capitalize() + "."


def page(number: int, sections: int = 6) -> str:
    chance = random.Random(number)
    words = vocabulary()
    parts = [f"# {sentence(chance, words)[:60]}"]
    for _ in range(sections):
        parts.append(f"## {sentence(chance, words)[:40]}")
        parts += [" ".join(sentence(chance, words) for _ in range(chance.randint(2, 6))) for _ in range(2)]
    return "\n\n".join(parts)
