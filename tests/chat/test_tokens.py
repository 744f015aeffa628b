import pytest

from chat.tokens import EXACT, RELATED, UNKNOWN, tokenizer_for


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4.1-mini", "o200k_base"),
        ("gpt-4o", "o200k_base"),
        ("gpt-5-nano", "o200k_base"),
        ("o3-mini", "o200k_base"),
        ("openai/gpt-4o-mini", "o200k_base"),
        ("ft:gpt-4o-mini-2024-07-18:acme::abc", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-3.5-turbo-0125", "cl100k_base"),
        ("openai/gpt-oss-20b", "o200k_harmony"),
        ("Qwen/Qwen3.5-9B", "qwen3.5"),
    ],
)
def test_a_known_model_is_counted_with_its_own_tokenizer(model, encoding):
    tokenizer = tokenizer_for(model)

    assert (tokenizer.encoding, tokenizer.reserve) == (encoding, EXACT)


@pytest.mark.parametrize(
    ("model", "reserve"), [("qwen2.5:7b", RELATED), ("llama3.1", UNKNOWN), ("my-deployment", UNKNOWN)]
)
def test_any_other_model_is_left_more_room(model, reserve):
    assert tokenizer_for(model).reserve == reserve
    assert tokenizer_for(model).usable(1000) == round(1000 * (1 - reserve))


def test_special_tokens_in_a_text_count_as_the_characters_they_are():
    assert tokenizer_for("gpt-4o").count("<|endoftext|>") > 1
