"""The failures of documents, embeddings and indexes, by name."""

from supportbot.errors import SupportbotError
from supportbot.outbound.errors import AddressRefused as AddressRefused
from supportbot.outbound.errors import FetchError as FetchError
from supportbot.outbound.errors import SourceError as SourceError


class DocumentError(SupportbotError):
    """This document cannot be read as it is; the message tells its editor why and what to do."""

    code = "document_unreadable"


class EmbeddingError(SupportbotError):
    code = "embedding_failed"
    user_message = "The text could not be embedded."


class IndexUnusable(SupportbotError):
    """A snapshot on disk is missing, damaged, or made by another model than it says."""

    code = "index_unusable"
    user_message = "The search index is being rebuilt."


class BuildCancelled(SupportbotError):
    """Somebody asked for the build of an index to be stopped."""

    code = "build_cancelled"
    user_message = "The building of this index was cancelled."


class EvaluationError(SupportbotError):
    """A labelled set that cannot be used; the message names the file and what is wrong with it."""

    code = "evaluation_set_unusable"


class PublishingError(SupportbotError):
    """What was decided about a version does not fit what became of it meanwhile."""

    code = "publishing_conflict"


class RerankingError(SupportbotError):
    """Never shown: the order of the search stays."""

    code = "reranking_failed"


class PageGone(FetchError):
    code = "page_gone"


class LeadsElsewhere(FetchError):
    """The page moved to another site."""

    code = "leads_elsewhere"


class SyncCancelled(SupportbotError):
    code = "sync_cancelled"
    user_message = "This visit was cancelled."


class PushRefused(SupportbotError):
    """A program may not write this document."""

    code = "belongs_elsewhere"
