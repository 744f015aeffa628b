"""The closed-class words of English that say nothing about any subject, wherever they stand. Pure data.

Those that tell when, where or how many are not among them: a search is better off with "before" apart from "after".
"""

WORDS = (
    "a an the as if than because though while who whom whose which what what's when where why how i i'm i've i'd i'll "
    "me mine my myself we we're we've we'd we'll us our ours you you're you've your yours he he's him his she she's "
    "her hers it it's its itself they they're them themselves their theirs this that that's these those one there "
    "there's then here all any some such very just still now is isn't am are aren't was wasn't were weren't be been "
    "being do does doesn't did didn't don't doing have haven't has hasn't had hadn't having can can't cannot could "
    "couldn't will won't would wouldn't shall should shouldn't may might must not no nor yes to of in on at by for "
    "with without about into from up out off over and but or so also too let's please thanks thank hi hello hey ok "
    "okay"
)
GRAMMATICAL = frozenset(WORDS.split())
