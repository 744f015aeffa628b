from knowledge.retrieval.questions import MOST_PARTS, parts_of

STORY = (
    "Hi there! I moved to Lisbon in March and my card was sent to the old flat. "
    "Can I have a new one? The old one should be blocked, I think."
)


def test_a_story_is_cut_into_the_sentences_that_say_something():
    assert parts_of(STORY) == [
        "I moved to Lisbon in March and my card was sent to the old flat.",
        "Can I have a new one?",
        "The old one should be blocked, I think.",
    ]


def test_a_short_question_is_one():
    assert parts_of("How long does a refund take?") == []
    assert parts_of("Hello. How long does a refund take?") == []


def test_of_very_many_sentences_the_longest_are_kept_in_order():
    sentences = [f"This is sentence {'very ' * number}long." for number in range(12)]

    assert parts_of(" ".join(sentences)) == sentences[-MOST_PARTS:]


def test_the_question_of_a_long_story_is_kept_however_short():
    story = [f"This is sentence {'very ' * number}long." for number in range(12)]

    parts = parts_of(" ".join([*story, "Who pays for it?"]))

    assert parts[-1] == "Who pays for it?"
    assert len(parts) == MOST_PARTS
