"""Whether a result can be believed: the same program searched, cut, delayed and charged more."""
