"""The elements of HTML, to tell them from placeholders such as ``<your-domain>`` that were written to be read."""

INLINE = """
a abbr b bdi bdo cite code data dfn em font i kbd label mark q s samp small span strong sub sup time u var wbr
"""
BLOCK = """
address article aside audio base blockquote body button canvas caption center col colgroup dd details dialog
div dl dt embed fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html iframe img input
legend li link main meta nav noscript object ol optgroup option p param path picture pre script section select
source style summary svg table tbody td template textarea tfoot th thead title tr track ul video
"""

INLINE_ELEMENTS = frozenset(INLINE.split())
BLOCK_ELEMENTS = frozenset(BLOCK.split())
