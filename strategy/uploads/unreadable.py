"""Why a file cannot be read, in one sentence for the person who uploaded it."""


class Unreadable(ValueError):
    """The message is the sentence."""
