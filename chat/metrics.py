"""What is counted about answers, for ``/metrics``."""

from prometheus_client import Counter, Histogram

ANSWERS = Counter("supportbot_answers_total", "Answers by how they ended.", ["engine", "status", "answered", "outcome"])
FIRST_TOKEN = Histogram(
    "supportbot_first_token_seconds",
    "From the start of an answer to its first text.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 4, 8, 15),
)
MODEL_REFUSED = Counter(
    "supportbot_model_refused_total", "Answers for which no model was asked, by the cap that was reached.", ["cap"]
)
